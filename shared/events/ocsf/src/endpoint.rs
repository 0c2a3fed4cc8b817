//! Where from and where to: ends of a connection, and the HTTP request between them.

use std::borrow::Cow;
use std::net::IpAddr;

use serde::Serialize;

/// Object `network_endpoint`. OCSF requires one of its attributes.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Endpoint<'a> {
    /// Its address, IPv4 or IPv6.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ip: Option<Cow<'a, str>>,
    /// Its domain.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub domain: Option<Cow<'a, str>>,
    /// The service at it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub svc_name: Option<Cow<'a, str>>,
    /// The id of the VPC endpoint that it came through.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub uid: Option<Cow<'a, str>>,
}

impl<'a> Endpoint<'a> {
    /// What AWS calls an address: an address, the domain of a service, or words such as `AWS Internal`.
    pub fn from_address(text: impl Into<Cow<'a, str>>) -> Self {
        let text = text.into();
        if text.parse::<IpAddr>().is_ok() {
            Self { ip: Some(text), ..Self::default() }
        } else if text.contains(char::is_whitespace) {
            Self::service(text)
        } else {
            Self { domain: Some(text), ..Self::default() }
        }
    }

    /// A service.
    pub fn service(name: impl Into<Cow<'a, str>>) -> Self {
        Self { svc_name: Some(name.into()), ..Self::default() }
    }
}

/// Object `http_request`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct HttpRequest<'a> {
    /// The program that asked, in its own words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_agent: Option<Cow<'a, str>>,
    /// What it asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<Url<'a>>,
}

impl<'a> HttpRequest<'a> {
    /// A request of which only the program is known.
    pub fn by(user_agent: Cow<'a, str>) -> Self {
        Self { user_agent: Some(user_agent), url: None }
    }

    /// A request of which only the place is known.
    pub fn to(url: Cow<'a, str>) -> Self {
        Self { user_agent: None, url: Some(Url { url_string: url }) }
    }
}

/// Object `url`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Url<'a> {
    /// All of it.
    pub url_string: Cow<'a, str>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_that_is_none_is_a_domain_or_a_service() {
        for ip in ["192.0.2.44", "2001:db8::1", "::ffff:192.0.2.44"] {
            assert_eq!(Endpoint::from_address(ip).ip.as_deref(), Some(ip));
        }
        for domain in ["ec2.amazonaws.com", "192.0.2", "192.0.2.444", "192.0.2.44:443"] {
            assert_eq!(Endpoint::from_address(domain).domain.as_deref(), Some(domain));
        }
        for words in ["AWS Internal", "AWS Internal/3"] {
            assert_eq!(Endpoint::from_address(words).svc_name.as_deref(), Some(words));
        }
    }
}
