#include "base/archive.h"

#include <limits>

#include "plain.h"

using namespace sgdlasso;

namespace {

struct Inner {
  double value = 0;
  std::vector<int> numbers;
  void exchange(Archive& archive) { archive(value, numbers); }
};

struct State {
  bool flag = false;
  int count = 0;
  std::vector<double> values;
  std::vector<Inner> inner;
  void exchange(Archive& archive) { archive(flag, count, values, inner); }
};

State some_state() {
  State state;
  state.flag = true;
  state.count = -7;
  state.values = {1.5, -0.0, std::numeric_limits<double>::infinity()};
  state.inner = {{2, {1, 2, 3}}, {3, {}}};
  return state;
}

std::vector<char> written(State state) {
  Archive archive;
  archive(state);
  return archive.bytes();
}

}  // namespace

TEST_CASE("what is read from an archive is what was written, and equal states give equal bytes") {
  const std::vector<char> bytes = written(some_state());
  CHECK(bytes == written(some_state()));
  Archive archive(bytes);
  State state;
  archive(state);
  CHECK(archive.at_end());
  CHECK(written(state) == bytes);
  CHECK(state.inner[0].numbers == std::vector<int>{1, 2, 3});
}

TEST_CASE("an archive that ends anywhere is told to be cut off or damaged") {
  const std::vector<char> bytes = written(some_state());
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    CHECK_THROWS_AS(
        [&] {
          Archive archive(std::vector<char>(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(size)));
          State state;
          archive(state);
        }(),
        StateError);
  }
}

TEST_CASE("an archive with any byte changed is read in bounds, or refused") {
  const std::vector<char> bytes = written(some_state());
  std::size_t refused = 0;
  for (std::size_t k = 0; k < bytes.size(); ++k) {
    for (const int change : {1, 128, 255}) {
      std::vector<char> other = bytes;
      other[k] = static_cast<char>(other[k] ^ change);
      try {
        Archive archive(std::move(other));
        State state;
        archive(state);
      } catch (const StateError&) {
        ++refused;
      }
    }
  }
  CHECK(refused > 3 * 12);  // all of mark and version, and sizes
}

TEST_CASE("choices and sizes out of range are refused") {
  enum class Choice { a, b, c };
  Archive writer;
  Choice choice = Choice::c;
  std::vector<double> values = {1, 2};
  writer.one_of(choice, 3);
  writer.sized(values, 2);
  Archive two_choices(writer.bytes());
  CHECK_THROWS_AS(two_choices.one_of(choice, 2), StateError);
  Archive right(writer.bytes());
  right.one_of(choice, 3);
  CHECK(choice == Choice::c);
  CHECK_THROWS_AS(right.sized(values, 3), StateError);
}
