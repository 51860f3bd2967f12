// SPDX-License-Identifier: Apache-2.0
#include "support/tally.hpp"

#include "support/catch.hpp"
#include "support/scratch.hpp"

#include <optional>

using namespace md::test;

namespace {

// MD_TALLY as the test wants it, and afterwards as it was: the run may be counted itself.
class TallyFile {
public:
    explicit TallyFile(const char* file) {
        if (const char* before = std::getenv("MD_TALLY"))
            before_ = before;
        set(file);
    }
    ~TallyFile() { set(before_ ? before_->c_str() : nullptr); }
    TallyFile(const TallyFile&) = delete;
    TallyFile& operator=(const TallyFile&) = delete;

private:
    static void set(const char* file) {
        if (file == nullptr)
            unsetenv("MD_TALLY");
        else
            setenv("MD_TALLY", file, 1);
    }

    std::optional<std::string> before_;
};

}  // namespace

TEST_CASE("tallies are appended, a line each, to the file that MD_TALLY names") {
    Scratch scratch;
    const TallyFile file((scratch / "tally").c_str());
    tally("kill-points", 3);
    tally("kill-points", 4);
    tally("hostile-answers", 18446744073709551615u);
    tally("longest-wait-us", 5, "two Hosts");
    CHECK(read_file(scratch / "tally") ==
          "kill-points 3\nkill-points 4\nhostile-answers 18446744073709551615\n"
          "longest-wait-us 5 two Hosts\n");
}

TEST_CASE("a tally that cannot be written is an error, one that nobody wants is nothing") {
    Scratch scratch;
    {
        const TallyFile file((scratch / "missing/tally").c_str());
        CHECK_THROWS_WITH(tally("kill-points", 3), Catch::Contains("missing/tally"));
    }
    const TallyFile none(nullptr);
    CHECK_NOTHROW(tally("kill-points", 3));
}
