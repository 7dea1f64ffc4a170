#include "report/browser.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>

#include "report/sample_scan.h"

namespace staydown::report {
namespace {

using testing::HasSubstr;
using testing::Not;

// Pages and pictures stay in the build folder, to be looked at.
std::string artefact(const std::string& name) { return STAYDOWN_ARTEFACTS "/" + name; }

std::string saved(const std::string& name, const std::string& page) {
  std::ofstream(artefact(name)) << page;
  return artefact(name);
}

std::string sample_page(const std::string& label = "Helmet camera, first part") {
  return sample_scan(label).render(sample_time(), drawn_reference);
}

int count(const std::string& text, const std::string& part) {
  int found = 0;
  for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++found;
  return found;
}

// The page with a script of the reader's, which its content security policy would refuse.
std::string with_script(std::string page, const std::string& script) {
  const auto policy = page.find("<meta http-equiv");
  page.erase(policy, page.find('>', policy) + 1 - policy);
  return page.replace(page.rfind("</body>"), 0, "<script>" + script + "</script>");
}

// Pixels whose channels are all within 12 of the colour.
std::ptrdiff_t pixels_of(const Screenshot& shot, int red, int green, int blue) {
  std::ptrdiff_t pixels = 0;
  for (std::size_t i = 0; i + 2 < shot.rgb.size(); i += 3) {
    const int away = std::max({std::abs(shot.rgb[i] - red), std::abs(shot.rgb[i + 1] - green),
                               std::abs(shot.rgb[i + 2] - blue)});
    pixels += away <= 12 ? 1 : 0;
  }
  return pixels;
}

TEST(ReportInABrowser, ShowsVerdictChartsAndBlurredPairs) {
  const auto dom = rendered_dom(saved("sample.html", sample_page()));
  EXPECT_THAT(dom, HasSubstr("<article class=\"finding takedown\"><span class=\"badge\">Takedown"));
  EXPECT_THAT(dom, HasSubstr("On air from 0:12.0 to 0:32.0 of the stream (20.0 s). Sent to review "
                             "at 0:16.0, then taken down at 0:18.0."));
  EXPECT_THAT(dom, HasSubstr("TCO-2026-0117"));
  EXPECT_THAT(dom, HasSubstr("truncated MPEG-TS packet"));
  EXPECT_THAT(dom, HasSubstr("staydown scan cam-7.ts --bank bank.db --report out.html"));
  EXPECT_EQ(count(dom, "<svg "), 3);  // score against thresholds, timeline, score over time
  EXPECT_EQ(count(dom, "class=\"pair\" type=\"button\" aria-pressed=\"false\""), 12);
  EXPECT_EQ(count(dom, "<img src=\"data:image/jpeg;base64,"), 24);
}

TEST(ReportInABrowser, ShowsAPairWhenItIsSelectedAndBlursItAgain) {
  const auto page = with_script(sample_page(), R"(
    const pairs = [...document.querySelectorAll('.pair')];
    const blurred = () => pairs.map((pair) =>
      getComputedStyle(pair.querySelector('img')).filter === 'none' ? 's' : 'b').join('');
    const steps = [blurred()];
    pairs[1].focus();
    const focused = document.activeElement === pairs[1];
    pairs[1].click(); steps.push(blurred());
    pairs[1].click(); steps.push(blurred());
    const all = document.querySelector('button.all');
    all.click(); steps.push(blurred());
    all.click(); steps.push(blurred());
    document.body.append(`steps ${steps.join(' ')} focus ${focused}`);)");
  EXPECT_THAT(rendered_dom(saved("clicked.html", page)),
              HasSubstr("steps bbbbbbbbbbbb bsbbbbbbbbbb bbbbbbbbbbbb ssssssssssss bbbbbbbbbbbb "
                        "focus true"));
}

TEST(ReportInABrowser, ShowsAShortCopyInALongObservedStream) {
  const auto page =
      saved("observed.html", long_observed_scan().render(sample_time(), [](auto&&...) {
        return Result<std::optional<Frame>>(std::nullopt);
      }));
  const auto dom = rendered_dom(page);
  EXPECT_EQ(count(dom,
                  "<article class=\"finding review\"><span class=\"badge\">Observed only: would "
                  "be sent to review</span>"),
            2);
  EXPECT_THAT(dom, HasSubstr("Would be sent to review at 1:00:10.0"));
  EXPECT_THAT(dom, HasSubstr("<title>0 takedowns and 2 reviews (observed only) in news"));
  EXPECT_THAT(dom, HasSubstr("observing only: nothing is enforced"));
  EXPECT_THAT(dom,
              HasSubstr("Shows 59:15.0 to 1:01:15.0 of 2:00:00.0; the score below covers all"));
  EXPECT_THAT(dom, HasSubstr("Reference pictures are missing: <bdi>the reference's file is not at "
                             "the path and digest that the bank keeps</bdi>"));
  EXPECT_EQ(count(dom, "<span class=\"side absent\">Reference at 0:3"), 10);
}

TEST(ReportInABrowser, DrawsTheVerdictInItsColour) {
  const auto page = saved("sample.html", sample_page());
  const auto shot = screenshot(page, artefact("sample.png"), 1100, 2800);
  ASSERT_EQ(shot.rgb.size(), 1100U * 2800U * 3U);
  EXPECT_GT(pixels_of(shot, 0xB3, 0x26, 0x1E), 3000);  // badge, meter, matched parts
  EXPECT_GT(pixels_of(shot, 0x24, 0x57, 0xA8), 500);   // score curve
  EXPECT_GT(pixels_of(shot, 0x1C, 0x1D, 0x21), 5000);  // text
}

TEST(ReportInABrowser, TakesHostileTextAsText) {
  const std::string hostile =
      "</script><script>document.title='owned'</script><img src=x onerror=\"document.title="
      "'owned'\"><!-- {{data}} \xFF";
  auto builder = sample_scan(hostile);
  builder.begin_input(StreamId("<script>document.title='owned'</script>"), AccountId("<b>"),
                      "<i>.ts");
  const auto dom =
      rendered_dom(saved("hostile.html", builder.render(sample_time(), drawn_reference)));
  EXPECT_THAT(dom, HasSubstr("<title>1 takedown and 0 reviews in 2 streams"));
  EXPECT_THAT(dom, HasSubstr("<bdi>&lt;/script&gt;&lt;script&gt;document.title='owned'"));
  EXPECT_THAT(dom, Not(HasSubstr("<img src=\"x\"")));
  EXPECT_EQ(count(dom, "<script"), 2);  // the page's data and the page's script
}

TEST(ReportInABrowser, SaysWhenNothingWasFoundAndWhatWasNotSeen) {
  ReportBuilder builder({.review_score = 18.5, .takedown_score = 27.25});
  builder.begin_input(StreamId("quiet"), AccountId(), "quiet.ts");
  builder.add(StreamId("quiet"), {.on_air = {MediaTime(0), MediaTime(2'000'000)}, .score = 1.25});
  builder.add_problem(StreamId("quiet"), {MediaTime(2'000'000), "connection lost"});
  const auto dom =
      rendered_dom(saved("nothing.html", builder.render(sample_time(), drawn_reference)));
  EXPECT_THAT(dom, HasSubstr("<h1>No known video was found</h1>"));
  EXPECT_THAT(dom, HasSubstr("1 part could not be used in full"));
  EXPECT_THAT(dom, HasSubstr("connection lost"));
  EXPECT_THAT(dom, Not(HasSubstr("class=\"pair\"")));
}

}  // namespace
}  // namespace staydown::report
