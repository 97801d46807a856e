// The groups of checks, one for each file below server/ and client/.
#pragma once

#include "conform/catalogue.hpp"

namespace pavise::conform {

Group server_first_records13();
Group server_flight12();
Group server_flight13();
Group server_hellos12();
Group server_illegal_hellos12();
Group server_first_records12();
Group server_hellos13();
Group server_illegal_fields13();
Group server_illegal_extensions13();
Group server_incomplete_hellos13();
Group server_key_shares13();
Group server_retries();
Group server_psks();
Group server_tickets13();
Group server_early_data();
Group server_second_flight12();
Group server_second_flight13();
Group server_client_certificates13();
Group server_sessions12();
Group server_renegotiation();
Group server_closing13();
Group server_closing12();
Group server_alerts13();
Group server_half_close();
Group server_key_updates();
Group server_key_updates12();
Group server_messages13();
Group server_messages12();
Group server_role13();
Group server_role12();
Group server_records13();
Group server_records12();
Group server_inner_plaintext();
Group server_floods();
Group server_floods12();
Group server_key_update_floods();
Group server_handshake_floods();
Group server_handshake_floods12();
Group client_flight12();
Group client_authentications13();
Group client_hellos13();
Group client_requests13();
Group client_tickets13();
Group client_retries();
Group client_encrypted_extensions();
Group client_server_hellos12();
Group client_hellos12();
Group client_server_hellos13();
Group client_closing13();
Group client_closing12();
Group client_alerts13();
Group client_key_updates();
Group client_key_updates12();
Group client_messages13();
Group client_messages12();
Group client_role13();
Group client_role12();
Group client_records13();
Group client_records12();
Group client_inner_plaintext();
Group client_psks();
Group client_late_authentications();
Group client_floods();
Group client_floods12();
Group client_key_update_floods();
Group client_ticket_floods();
Group client_request_floods();

} // namespace pavise::conform
