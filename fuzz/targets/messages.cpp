// Every message and every extension: what parses is written back to the same bytes.
#include "messages/forms.hpp"
#include "target.hpp"

#include <algorithm>

namespace pavise::fuzz {

void add_message_targets(std::vector<Target>& targets) {
    for (const messages::Form& form : messages::all_forms()) {
        const auto rewrite = form.rewrite;
        targets.push_back({"message-" + form.name,
                           "parses and writes back " + form.name,
                           [rewrite](Bytes bytes) {
                               const auto written = rewrite(bytes);
                               must_hold(!written || std::ranges::equal(*written, bytes),
                                         "what was parsed is written back to the same bytes");
                           },
                           {form.sample}});
    }
}

} // namespace pavise::fuzz
