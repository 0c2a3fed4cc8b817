//! Folders by the names that mail clients give them.

use crate::address::folded;

/// What the junk folder is called in the languages of the web client, and by Outlook and Apple Mail, which make it where
/// they are set up first. In lower case. WorkMail documents no list of folder names
/// (<https://docs.aws.amazon.com/workmail/latest/adminguide/cw-events.html>).
const JUNK: &[&str] = &[
    // English
    "junk",
    "junk e-mail",
    "junk email",
    "junk mail",
    "spam",
    "bulk mail",
    // Chinese, simplified and traditional
    "垃圾邮件",
    "垃圾電郵",
    "垃圾郵件",
    // Czech, Danish, Dutch, Finnish
    "nevyžádaná pošta",
    "uønsket e-mail",
    "uønsket mail",
    "uønsket post",
    "ongewenste e-mail",
    "ongewenste mail",
    "ongewenste reclame",
    "roskaposti",
    // French, German, Greek, Hungarian, Italian
    "courrier indésirable",
    "pourriel",
    "indésirables",
    "junk-e-mail",
    "junk-mail",
    "werbung",
    "unerwünscht",
    "ανεπιθύμητη αλληλογραφία",
    "levélszemét",
    "posta indesiderata",
    // Japanese, Korean
    "迷惑メール",
    "정크 메일",
    "정크 이메일",
    "스팸 메일",
    // Norwegian, Polish, Portuguese of Brazil and of Portugal
    "søppelpost",
    "uønsket e-post",
    "wiadomości-śmieci",
    "wiadomości śmieci",
    "lixo eletrônico",
    "lixo eletrónico",
    "lixo electrónico",
    "e-mail de lixo",
    "correio de lixo",
    // Russian, Spanish, Swedish, Turkish, Ukrainian
    "нежелательная почта",
    "спам",
    "correo no deseado",
    "correo basura",
    "skräppost",
    "gereksiz e-posta",
    "önemsiz e-posta",
    "istenmeyen e-posta",
    "небажана пошта",
];

/// Whether a folder is known as the one for junk. Its path may precede it (`INBOX/Junk E-mail`).
pub(crate) fn is_junk(folder: &str) -> bool {
    let name = folder.trim().trim_end_matches('/');
    let last = name.rsplit(['/', '\\']).next().unwrap_or(name);
    let last = folded(last.trim());
    JUNK.contains(&last.as_str())
}

/// Whether a folder is the inbox, under the name that the protocols give it.
pub(crate) fn is_inbox(folder: &str) -> bool {
    folder.trim().eq_ignore_ascii_case("inbox")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_junk_folder_is_known_in_many_languages() {
        for folder in
            ["Junk E-mail", "JUNK", "Courrier Indésirable", "迷惑メール", "Skräppost", "/Inbox/Spam"]
        {
            assert!(is_junk(folder), "{folder}");
        }
        for folder in ["INBOX", "Junk drawer", "", "Spam reports", "Junk E-mail/Keep"] {
            assert!(!is_junk(folder), "{folder}");
        }
    }

    #[test]
    fn every_name_is_written_as_it_is_compared() {
        for name in JUNK {
            assert_eq!(folded(name), *name);
        }
    }
}
