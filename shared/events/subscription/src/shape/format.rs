//! Formats that are known by the bytes they begin with.

/// A format with a signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Format(&'static Signature);

#[derive(Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct Signature {
    name: &'static str,
    description: &'static str,
    at: usize,
    bytes: &'static [u8],
}

/// From the file formats' own documents. No text begins like one of them by chance, but for `BZh`, `ID3` and `MZ`, which
/// need a second look.
const SIGNATURES: &[Signature] = &[
    signature("zstd", "zstd data, such as the records of an archive", 0, b"\x28\xb5\x2f\xfd"),
    signature("parquet", "Parquet file", 0, b"PAR1"),
    signature("png", "PNG image", 0, b"\x89PNG\r\n\x1a\n"),
    signature("jpeg", "JPEG image", 0, b"\xff\xd8\xff"),
    signature("gif", "GIF image", 0, b"GIF8"),
    signature("tiff", "TIFF image", 0, b"II*\0"),
    signature("tiff", "TIFF image", 0, b"MM\0*"),
    signature("pdf", "PDF document", 0, b"%PDF-"),
    signature("zip", "ZIP archive or Office document", 0, b"PK\x03\x04"),
    signature("zip", "ZIP archive", 0, b"PK\x05\x06"),
    signature("ole", "Office document of the older kind", 0, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"),
    signature("7z", "7-Zip archive", 0, b"7z\xbc\xaf\x27\x1c"),
    signature("rar", "RAR archive", 0, b"Rar!\x1a\x07"),
    signature("xz", "xz data", 0, b"\xfd7zXZ\0"),
    signature("lz4", "LZ4 data", 0, b"\x04\x22\x4d\x18"),
    signature("snappy", "Snappy data", 0, b"\xff\x06\0\0sNaPpY"),
    signature("tar", "tar archive", 257, b"ustar"),
    signature("mp4", "MP4 video or audio", 4, b"ftyp"),
    signature("matroska", "Matroska or WebM video", 0, b"\x1a\x45\xdf\xa3"),
    signature("riff", "AVI, WAV or WebP file", 0, b"RIFF"),
    signature("ogg", "Ogg audio or video", 0, b"OggS"),
    signature("flac", "FLAC audio", 0, b"fLaC"),
    signature("sqlite", "SQLite database", 0, b"SQLite format 3\0"),
    signature("pst", "Outlook mailbox (PST)", 0, b"!BDN"),
    signature("elf", "program or library (ELF)", 0, b"\x7fELF"),
    signature("macho", "program or library (Mach-O)", 0, b"\xcf\xfa\xed\xfe"),
    signature("class", "Java class or Mach-O program", 0, b"\xca\xfe\xba\xbe"),
    signature("wasm", "WebAssembly module", 0, b"\0asm"),
    signature("evtx", "Windows event log", 0, b"ElfFile\0"),
    signature("pcap", "packet capture", 0, b"\xd4\xc3\xb2\xa1"),
    signature("pcapng", "packet capture", 0, b"\x0a\x0d\x0d\x0a"),
    signature("avro", "Avro file", 0, b"Obj\x01"),
];

const ZLIB: Signature = signature("zlib", "zlib data, not gzip", 0, b"\x78");
const BZIP2: Signature = signature("bzip2", "bzip2 data", 0, b"BZh");
const MP3: Signature = signature("mp3", "MP3 audio", 0, b"ID3");
const EXECUTABLE: Signature = signature("exe", "Windows program or library", 0, b"MZ");

/// The block that bzip2 data begins with.
const BZIP2_BLOCK: &[u8] = b"1AY&SY";

const fn signature(
    name: &'static str,
    description: &'static str,
    at: usize,
    bytes: &'static [u8],
) -> Signature {
    Signature { name, description, at, bytes }
}

impl Format {
    /// The format that has the signature with which these bytes begin.
    pub fn of(bytes: &[u8]) -> Option<Self> {
        let by_signature = || SIGNATURES.iter().find(|signature| signature.fits(bytes));
        by_signature().or_else(|| second_look(bytes)).map(Self)
    }

    pub(super) const fn name(self) -> &'static str {
        self.0.name
    }

    /// What it is, in words.
    pub const fn description(self) -> &'static str {
        self.0.description
    }
}

impl Signature {
    fn fits(&self, bytes: &[u8]) -> bool {
        bytes.get(self.at..).is_some_and(|rest| rest.starts_with(self.bytes))
    }
}

/// Signatures that could be letters.
fn second_look(bytes: &[u8]) -> Option<&'static Signature> {
    let is_text = !bytes.iter().take(512).any(|byte| *byte == 0 || !byte.is_ascii());
    match bytes {
        [b'B', b'Z', b'h', b'1'..=b'9', rest @ ..] if rest.starts_with(BZIP2_BLOCK) => Some(&BZIP2),
        [b'I', b'D', b'3', ..] if !is_text => Some(&MP3),
        [b'M', b'Z', ..] if !is_text => Some(&EXECUTABLE),
        // RFC 1950: method 8, a window of up to 32 KiB, and a check over the two bytes.
        [first, second, ..] if !is_text && is_zlib(*first, *second) => Some(&ZLIB),
        _ => None,
    }
}

fn is_zlib(first: u8, second: u8) -> bool {
    let header = u16::from_be_bytes([first, second]);
    first & 0x0f == 8 && first >> 4 <= 7 && header.is_multiple_of(31) && second & 0x20 == 0
}
