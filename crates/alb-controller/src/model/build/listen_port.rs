//! What Ingresses ask of a port.

use crate::model::reference::Key;
use crate::model::{MutualAuthentication, Protocol};
use std::collections::BTreeMap;

/// What one Ingress asks of a port, or what they agreed on.
pub(crate) struct ListenPort {
    pub protocol: Protocol,
    pub cidrs_v4: Vec<String>,
    pub cidrs_v6: Vec<String>,
    pub prefix_lists: Vec<String>,
    pub ssl_policy: Option<String>,
    pub certificates: Vec<Option<String>>,
    pub mutual: Option<MutualAuthentication>,
}

/// Listen ports of one Ingress.
pub(crate) type ListenPorts = BTreeMap<i32, ListenPort>;

/// Listen ports by Ingress.
pub(crate) type ListenPortsByMember = BTreeMap<Key, ListenPorts>;
