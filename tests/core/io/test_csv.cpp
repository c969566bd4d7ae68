#include "io/csv.h"

#include "io/csv_oracle.h"
#include "plain.h"

using namespace sgdlasso;

namespace {

using Records = std::vector<std::vector<std::string>>;

class RecordSink final : public CsvSink {
 public:
  explicit RecordSink(std::size_t columns) : columns_(columns) {}
  const char* take(std::size_t column, const char* text, std::size_t size) override {
    if (column == 0) records.emplace_back();
    REQUIRE(column < columns_);
    records.back().push_back(std::string(text, size));
    return nullptr;
  }
  Records records;

 private:
  std::size_t columns_;
};

Records parsed(const std::string& text, std::size_t columns, char separator = ',') {
  RecordSink sink(columns);
  const CsvRead read = read_csv(text.data(), text.size(), columns, separator, true, sink);
  CHECK(read.bytes == text.size());
  CHECK(read.records == sink.records.size());
  return sink.records;
}

std::string quoted(const std::string& field) {
  std::string result = "\"";
  for (const char c : field) result += c == '"' ? "\"\"" : std::string(1, c);
  return result + "\"";
}

// A field of letters, blanks, separators, quotes and line breaks.
std::string draw_field(Rng& rng) {
  const std::string letters = "ab ,\"\n\r;1.-";
  std::string field;
  for (std::uint64_t k = rng.up_to(6); k > 0; --k) field += letters[rng.up_to(letters.size() - 1)];
  return field;
}

}  // namespace

TEST_CASE("what is written as RFC 4180 has it is read back") {
  Rng rng(1);
  for (int draw = 0; draw < 300; ++draw) {
    const std::size_t columns = 1 + rng.up_to(4);
    const std::string line_end = rng.up_to(1) ? "\n" : "\r\n";
    Records records;
    std::string text;
    for (std::uint64_t k = rng.up_to(8); k > 0; --k) {
      records.emplace_back();
      for (std::size_t j = 0; j < columns; ++j) {
        records.back().push_back(draw_field(rng));
        text += (j > 0 ? "," : "") + quoted(records.back().back());
      }
      text += line_end;
    }
    CHECK(parsed(text, columns) == records);
  }
}

TEST_CASE("blank lines are no records, and the last needs no line break") {
  CHECK(parsed("1,2\n\n\r\n3,4", 2) == Records{{"1", "2"}, {"3", "4"}});
  CHECK(parsed("", 2).empty());
  CHECK(parsed("1;\"2;3\"\n", 2, ';') == Records{{"1", "2;3"}});
}

TEST_CASE("a piece that ends inside a record is read up to the one before, wherever it ends") {
  const std::string text = "1,\"a\nb\"\n2,\"c\"\"d\"\r\n3,e\n";
  const Records all = parsed(text, 2);
  for (std::size_t size = 0; size <= text.size(); ++size) {
    RecordSink sink(2);
    const CsvRead first = read_csv(text.data(), size, 2, ',', false, sink);
    CHECK(first.bytes <= size);
    read_csv(text.data() + first.bytes, text.size() - first.bytes, 2, ',', true, sink);
    CHECK(sink.records == all);
    RecordEnds ends(',');
    const std::size_t end = ends.last_end(text.data(), size);
    CHECK(end == first.bytes);
  }
}

TEST_CASE("records of other lengths and quotes that do not close are errors that name the line") {
  const auto line_of = [](const std::string& text) {
    try {
      RecordSink sink(2);
      read_csv(text.data(), text.size(), 2, ',', true, sink);
    } catch (const LineError& error) {
      return static_cast<int>(error.line);
    }
    return -1;
  };
  CHECK(line_of("1,2\n3\n") == 1);
  CHECK(line_of("1,2\n3,4\n5,6,7\n") == 2);
  CHECK(line_of("1,2\n3,\"4\n5,6\n") == 1);
  CHECK(line_of("1,\"2\"x\n") == 0);
  CHECK(line_of("1,2\n") == -1);
}

TEST_CASE("a header is the first record, blanks around its fields aside") {
  const std::string text = "\n a ,\"b\nc\"\r\n1,2\n";
  const CsvHeader header = read_csv_header(text.data(), text.size(), ',', true);
  CHECK(header.names == std::vector<std::string>{"a", "b\nc"});
  CHECK(text.substr(header.read.bytes) == "1,2\n");
}

TEST_CASE("the fast reader of numbers gives what the one for any field gives, with every set of instructions") {
  Rng rng(2);
  const std::vector<std::string> odd = {"",
                                        "-",
                                        ".",
                                        "5.",
                                        ".5",
                                        "1e5",
                                        "1e",
                                        "--1",
                                        "nan",
                                        "inf",
                                        "9007199254740993",
                                        "0x1",
                                        " 1 ",
                                        "-0",
                                        "1e400",
                                        "+1",
                                        "1 2",
                                        "\"1\"",
                                        "1e-9",
                                        "x",
                                        "1\r",
                                        "12345678901234567.5",
                                        "0.00000000000000000000000000001",
                                        "123456789012345678901234567890"};
  int plain_ones = 0;
  for (int draw = 0; draw < 3000; ++draw) {
    const std::size_t columns = draw % 50 ? 1 + rng.up_to(5) : 60 + rng.up_to(80), records = rng.up_to(12);
    std::string text;
    for (std::size_t i = 0; i < records; ++i) {
      for (std::size_t j = 0; j < columns; ++j) {
        if (j > 0) text += ',';
        if (rng.up_to(60) == 0) {
          text += odd[rng.up_to(odd.size() - 1)];
        } else {
          char number[40];
          std::snprintf(number, sizeof number, rng.up_to(1) ? "%.5f" : "%.17g",
                        plain::normal(rng) * std::pow(10, rng.uniform() * 20 - 10));
          text += number;
        }
      }
      text += rng.up_to(30) ? "\n" : "\r\n";
      if (rng.up_to(40) == 0) text += "\n";
    }
    const plain::Columns any = plain::read_any(text, columns);
    // they may differ in what they leave to the other reader, not in what they read
    for (const auto read : {read_csv_numbers, read_csv_numbers_portably}) {
      const plain::FastRead fast = plain::read_fast(read, text, columns);
      if (!fast.found.plain) continue;
      ++plain_ones;
      CHECK_MESSAGE(any.numbers, text);
      CHECK_MESSAGE(plain::equal_bits(fast.values, any.values), text);
      bool finite = true;
      for (const std::vector<double>& column : any.values) {
        for (const double value : column) finite = finite && std::isfinite(value) && value != plain::kMissing;
      }
      CHECK(fast.found.finite == finite);
    }
  }
  CHECK(plain_ones > 1000);
}

TEST_CASE("a carriage return is taken off at the end of a line and nowhere else") {
  for (const auto read : {read_csv_numbers, read_csv_numbers_portably}) {
    for (const char* text : {"1,2\r\n3,4\r\n", "1,2\r\n3,4\r", "1,2\r\n3,\r\n"}) {
      const plain::FastRead fast = plain::read_fast(read, text, 2);
      CHECK(fast.found.plain);
      CHECK(plain::equal_bits(fast.values, plain::read_any(text, 2).values));
    }
    for (const char* text : {"1,2\n3\r,4\n", "1,2\n\r3,4\n", "1,2\n3,4\r5\n", "1,2\n3e1\r,4\n"}) {
      CHECK_FALSE(plain::read_fast(read, text, 2).found.plain);
      CHECK_FALSE(plain::read_any(text, 2).numbers);
    }
  }
}

TEST_CASE("records of plain numbers are plain") {
  Rng rng(3);
  std::string text;
  std::vector<std::vector<double>> right(3);
  for (int i = 0; i < 500; ++i) {
    for (std::size_t j = 0; j < 3; ++j) {
      const double whole = static_cast<double>(rng.up_to(1000000000)),
                   point = std::pow(10, static_cast<double>(rng.up_to(6)));
      char number[40];
      std::snprintf(number, sizeof number, "%.*f", static_cast<int>(std::log10(point) + 0.5), whole / point);
      right[j].push_back(whole / point);
      text += (j > 0 ? "," : "") + std::string(number);
    }
    text += "\n";
  }
  const plain::FastRead fast = plain::read_fast(read_csv_numbers, text, 3);
  CHECK(fast.found.plain);
  CHECK(fast.found.finite);
  CHECK(plain::equal_bits(fast.values, right));
}

TEST_CASE("blank lines of files of one column are left to the other reader") {
  for (const auto read : {read_csv_numbers, read_csv_numbers_portably}) {
    for (const char* text : {"\r\n", "1\n\n2\n", "1\n\r\n2\n", "\n", "1\n\r"})
      CHECK_FALSE(plain::read_fast(read, text, 1).found.plain);
    CHECK(plain::read_fast(read, "1\r\n2\r\n", 1).found.plain);
  }
}

TEST_CASE("no text is no record, wherever it is not") {
  for (const auto read : {read_csv_numbers, read_csv_numbers_portably}) {
    double number = 5;
    double* const to[] = {&number};
    const CsvNumbers found = read(nullptr, 0, 1, ',', plain::kMissing, to);
    CHECK(found.plain);
    CHECK(number == 5);
  }
}
