//! The numbers of messages and attributes.

/// Numbers of the message types: method and class together (RFC 8489 section 5).
pub mod kind {
    /// Binding request.
    pub const BINDING: u16 = 0x0001;
    /// Binding success response.
    pub const BINDING_SUCCESS: u16 = 0x0101;
    /// Binding error response.
    pub const BINDING_ERROR: u16 = 0x0111;
    /// Allocate request (RFC 8656 section 17).
    pub const ALLOCATE: u16 = 0x0003;
    /// Allocate success response.
    pub const ALLOCATE_SUCCESS: u16 = 0x0103;
    /// Allocate error response.
    pub const ALLOCATE_ERROR: u16 = 0x0113;
    /// Refresh request.
    pub const REFRESH: u16 = 0x0004;
}

/// Numbers of the attributes (RFC 8489 section 18.3, RFC 8656 section 18).
pub mod attribute {
    /// MAPPED-ADDRESS.
    pub const MAPPED_ADDRESS: u16 = 0x0001;
    /// USERNAME.
    pub const USERNAME: u16 = 0x0006;
    /// MESSAGE-INTEGRITY.
    pub const MESSAGE_INTEGRITY: u16 = 0x0008;
    /// ERROR-CODE.
    pub const ERROR_CODE: u16 = 0x0009;
    /// UNKNOWN-ATTRIBUTES.
    pub const UNKNOWN_ATTRIBUTES: u16 = 0x000A;
    /// LIFETIME.
    pub const LIFETIME: u16 = 0x000D;
    /// REALM; MS-TURN has its Nonce under this number.
    pub const REALM: u16 = 0x0014;
    /// NONCE; MS-TURN has its Realm under this number.
    pub const NONCE: u16 = 0x0015;
    /// XOR-RELAYED-ADDRESS.
    pub const XOR_RELAYED_ADDRESS: u16 = 0x0016;
    /// REQUESTED-TRANSPORT.
    pub const REQUESTED_TRANSPORT: u16 = 0x0019;
    /// MESSAGE-INTEGRITY-SHA256.
    pub const MESSAGE_INTEGRITY_SHA256: u16 = 0x001C;
    /// XOR-MAPPED-ADDRESS.
    pub const XOR_MAPPED_ADDRESS: u16 = 0x0020;
    /// SOFTWARE.
    pub const SOFTWARE: u16 = 0x8022;
    /// ALTERNATE-SERVER.
    pub const ALTERNATE_SERVER: u16 = 0x8023;
    /// FINGERPRINT.
    pub const FINGERPRINT: u16 = 0x8028;

    /// The first number that may be left aside by whoever does not know it (RFC 8489 section 14).
    const OPTIONAL: u16 = 0x8000;

    /// Whether this number has to be understood and stands for nothing in the IANA registry "STUN
    /// Attributes", those of RFC 3489 that are kept free there included: servers still send them.
    pub fn is_unknown_and_required(kind: u16) -> bool {
        kind < OPTIONAL
            && !matches!(kind, 0x0001..=0x000D | 0x0010 | 0x0012..=0x001E | 0x0020..=0x0022 | 0x0024..=0x0027 | 0x002A)
    }
}
