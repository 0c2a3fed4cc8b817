//! Source addresses that are asked for: one address, a block of them, or a pattern.

use std::net::IpAddr;
use std::str::FromStr;

use mailtrail_aws_types::StarPattern;

/// An address in any spelling, a block in CIDR notation, or a text in which `*` stands for any part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum AddressPattern {
    Address(IpAddr),
    Block { network: u128, mask: u128, is_v4: bool },
    Text(StarPattern),
}

impl FromStr for AddressPattern {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if let Ok(address) = text.parse() {
            return Ok(Self::Address(address));
        }
        let Some((address, prefix)) = text.split_once('/') else {
            return Ok(Self::Text(StarPattern::new(text)));
        };
        block(address, prefix).ok_or_else(|| {
            format!("invalid block `{text}`: expected an address and a prefix length, as in 203.0.113.0/24 or 2001:db8::/32")
        })
    }
}

impl AddressPattern {
    pub(super) fn matches(&self, text: &str) -> bool {
        let address = || text.parse::<IpAddr>().ok();
        match self {
            Self::Address(wanted) => address() == Some(*wanted),
            Self::Block { network, mask, is_v4 } => address()
                .is_some_and(|address| address.is_ipv4() == *is_v4 && bits(address) & mask == *network),
            Self::Text(pattern) => pattern.matches(text),
        }
    }
}

/// The network and the mask of a block. Bits of the address after the prefix do not matter.
fn block(address: &str, prefix: &str) -> Option<AddressPattern> {
    let address: IpAddr = address.parse().ok()?;
    let width: u32 = if address.is_ipv4() { 32 } else { 128 };
    let is_number = !prefix.is_empty() && prefix.bytes().all(|byte| byte.is_ascii_digit());
    let prefix: u32 = prefix.parse().ok().filter(|prefix| is_number && *prefix <= width)?;
    let mask = u128::MAX.checked_shl(width - prefix).unwrap_or(0);
    Some(AddressPattern::Block { network: bits(address) & mask, mask, is_v4: address.is_ipv4() })
}

fn bits(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(address) => u128::from(u32::from(address)),
        IpAddr::V6(address) => u128::from(address),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matches(pattern: &str, text: &str) -> bool {
        pattern.parse::<AddressPattern>().unwrap().matches(text)
    }

    #[test]
    fn an_address_is_found_in_any_spelling() {
        assert!(matches("2001:DB8:0::20", "2001:db8::20") && !matches("2001:db8::20", "2001:db8::21"));
        assert!(
            matches("203.0.113.*", "203.0.113.20")
                && matches("cloud*.amazonaws.com", "cloudtrail.amazonaws.com")
        );
    }

    #[test]
    fn a_block_holds_its_addresses_and_no_others() {
        for (block, inside, outside) in [
            ("203.0.113.0/24", "203.0.113.255", "203.0.114.0"),
            ("203.0.113.77/24", "203.0.113.1", "203.0.112.255"),
            ("203.0.113.7/32", "203.0.113.7", "203.0.113.6"),
            ("0.0.0.0/0", "198.51.100.1", "2001:db8::1"),
            ("2001:db8::/32", "2001:db8:ffff::1", "2001:db9::"),
            ("::/0", "2001:db8::1", "203.0.113.7"),
        ] {
            assert!(matches(block, inside) && !matches(block, outside), "{block}");
            assert!(!matches(block, "ec2.amazonaws.com"));
        }
        for wrong in ["203.0.113.0/33", "203.0.113.0/", "203.0.113/24", "::/129", "a/b", "203.0.113.0/+1"] {
            assert!(wrong.parse::<AddressPattern>().is_err(), "{wrong}");
        }
    }
}
