//! What the API server decides about Service IPs and node ports.
