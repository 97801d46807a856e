// The catalogue as data.
#include "conform/catalogue.hpp"

#include <gtest/gtest.h>

#include <set>

namespace pavise::conform {

namespace {

TEST(ConformCatalogue, EveryCheckHasAnIdOfItsOwnAndARule) {
    std::set<std::string> ids;
    for (const Group& group : catalogue()) {
        EXPECT_FALSE(group.checks.empty()) << group.title;
        for (const Check& check : group.checks) {
            EXPECT_TRUE(ids.insert(check.id()).second) << "twice: " << check.id();
            EXPECT_EQ(find_check(check.id()), &check);
            EXPECT_FALSE(check.title.empty()) << check.id();
            EXPECT_NE(check.rule.section.find(" §"), std::string_view::npos) << check.id();
            EXPECT_GT(check.rule.sentence.size(), 20u) << check.id();
            EXPECT_NE(explain(check).find(check.rule.sentence), std::string::npos);
        }
    }
    EXPECT_EQ(find_check("s13-nothing"), nullptr);
}

TEST(ConformCatalogue, PatternsNameIds) {
    EXPECT_TRUE(fits("s13-hello-order", "hello"));
    EXPECT_TRUE(fits("s13-hello-order", "s13-*"));
    EXPECT_TRUE(fits("s13-hello-order", "*order"));
    EXPECT_TRUE(fits("s13-hello-order", "s*-hello-*r"));
    EXPECT_TRUE(fits("s13-hello-order", "*"));
    EXPECT_FALSE(fits("s13-hello-order", "s12-*"));
    EXPECT_FALSE(fits("s13-hello-order", "*hello"));
    EXPECT_FALSE(fits("s13-hello-order", "hello*"));
    EXPECT_FALSE(fits("s13-hello-order", "s13-*x*"));
}

} // namespace

} // namespace pavise::conform
