//! Listen ports with the settings of each.

use crate::model::output::{MutualAuthentication, Protocol};
use crate::model::reference::Key;
use std::collections::BTreeMap;

/// The settings of one Ingress for a port, or those that all its Ingresses agree on.
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
