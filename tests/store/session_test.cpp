#include "store/session.h"

#include <gtest/gtest.h>

#include "store/connection.h"
#include "store_fixture.h"

namespace causeway::store {
namespace {

const Sql kMake{"CREATE TABLE kind(a, b, c, d, e, f)"};
const Sql kFill{"INSERT INTO kind VALUES (?1, ?2, ?3, ?4, ?5, ?6)"};
const Sql kRead{"SELECT a, b, c, d, e, f FROM kind"};
const Sql kSum{"WITH RECURSIVE up(n) AS (VALUES (?1) UNION ALL SELECT n + 1 FROM up WHERE n < ?2) SELECT n FROM up"};

class SessionTest : public ::testing::Test {
 protected:
  /// What a failing statement throws.
  template <class... P>
  std::string failure_of(StoreFailure::Kind kind, const Sql& sql, const P&... parameters) {
    try {
      session.run(sql, parameters...);
    } catch (const StoreFailure& failure) {
      EXPECT_EQ(failure.kind(), kind);
      return failure.what();
    }
    return "no failure";
  }

  TemporaryFolder folder;
  Connection connection{folder / "a.db", Connection::Use::kReadWrite};
  Session& session = connection.session();
};

TEST_F(SessionTest, EveryKindOfParameterComesBackAsItWas) {
  session.run(kMake);
  const std::string bytes("\0\xff", 2);
  EXPECT_EQ(session.run(kFill, -9223372036854775807 - 1, 0.1, "gr\xc3\xbc\xc3\x9f", Blob{bytes}, nullptr,
                        std::optional<std::int64_t>()),
            1);
  Rows rows = session.query(kRead);
  ASSERT_TRUE(rows.next());
  EXPECT_EQ(rows.integer(0), -9223372036854775807 - 1);
  EXPECT_EQ(rows.real(1), 0.1);
  EXPECT_EQ(rows.text(2), "gr\xc3\xbc\xc3\x9f");
  EXPECT_EQ(rows.blob(3), bytes);
  EXPECT_TRUE(rows.is_null(4));
  EXPECT_TRUE(rows.is_null(5));
  EXPECT_EQ(rows.text(4), "");
  EXPECT_EQ(rows.blob(5), "");
  EXPECT_FALSE(rows.next());
}

TEST_F(SessionTest, EmptyTextAndEmptyBlobsAreNotNull) {
  session.run(kMake);
  session.run(kFill, std::string_view(), Blob{}, std::string(), std::optional<std::string>("x"), true, 7u);
  Rows rows = session.query(kRead);
  ASSERT_TRUE(rows.next());
  for (int column = 0; column < 6; ++column) EXPECT_FALSE(rows.is_null(column)) << column;
  EXPECT_EQ(rows.text(3), "x");
  EXPECT_EQ(rows.integer(4), 1);
  EXPECT_EQ(rows.integer(5), 7);
}

TEST_F(SessionTest, AStatementRunsAgainWithOtherParameters) {
  for (const std::int64_t from : {1, 3, 2}) {
    std::int64_t seen = from;
    Rows rows = session.query(kSum, from, 5);
    while (rows.next()) EXPECT_EQ(rows.integer(0), seen++);
    EXPECT_EQ(seen, 6);
  }
}

TEST_F(SessionTest, AQueryLeftInTheMiddleHoldsNothingUp) {
  {
    Rows rows = session.query(kSum, 1, 1000);
    ASSERT_TRUE(rows.next());
  }
  Rows rows = session.query(kSum, 5, 1000);
  ASSERT_TRUE(rows.next());
  EXPECT_EQ(rows.integer(0), 5);
}

TEST_F(SessionTest, AQueryKeepsItsTextsWhileItsRowsAreRead) {
  static const Sql echo{"SELECT ?1 UNION ALL SELECT ?1"};
  Rows rows = session.query(echo, std::string(100, 'a') + "b");
  ASSERT_TRUE(rows.next());
  ASSERT_TRUE(rows.next());
  EXPECT_EQ(rows.text(0), std::string(100, 'a') + "b");
}

TEST_F(SessionTest, FailuresSayWhatAndWhere) {
  using Kind = StoreFailure::Kind;
  static const Sql nonsense{"SELEC 1"};
  static const Sql two{"SELECT 1; SELECT 2"};
  static const Sql comment{""};
  static const Sql needs_two{"SELECT ?1, ?2"};
  static const Sql unique{"CREATE TABLE u(n INTEGER PRIMARY KEY)"};
  static const Sql insert{"INSERT INTO u VALUES (1)"};
  EXPECT_EQ(failure_of(Kind::kSql, nonsense), "near \"SELEC\": syntax error: SELEC 1");
  EXPECT_EQ(failure_of(Kind::kSql, two), "not one statement: SELECT 1; SELECT 2");
  EXPECT_EQ(failure_of(Kind::kSql, comment), "not one statement: ");
  EXPECT_EQ(failure_of(Kind::kSql, needs_two, 1), "1 parameters for 2: SELECT ?1, ?2");
  session.run(unique);
  session.run(insert);
  EXPECT_EQ(failure_of(Kind::kConstraint, insert), "UNIQUE constraint failed: u.n (1555): INSERT INTO u VALUES (1)");
  EXPECT_EQ(failure_of(Kind::kConstraint, insert), "UNIQUE constraint failed: u.n (1555): INSERT INTO u VALUES (1)");
}

TEST_F(SessionTest, AQueryThatFailsWhileItIsReadThrows) {
  static const Sql overflow{"SELECT abs(?1)"};
  Rows rows = session.query(overflow, -9223372036854775807 - 1);
  EXPECT_THROW(rows.next(), StoreFailure);
}

TEST_F(SessionTest, AnSqlThatDidNotLiveLongEnoughDoesNoHarm) {
  Sql sql{"SELECT 1"};
  {
    Rows rows = session.query(sql);
    ASSERT_TRUE(rows.next());
  }
  sql.text = "SELECT 2";
  Rows rows = session.query(sql);
  ASSERT_TRUE(rows.next());
  EXPECT_EQ(rows.integer(0), 2);
}

TEST_F(SessionTest, AReadersConnectionCannotWrite) {
  session.run(kMake);
  Connection reader(folder / "a.db", Connection::Use::kReadOnly);
  try {
    reader.session().run(kFill, 1, 2, 3, 4, 5, 6);
    FAIL() << "it has written";
  } catch (const StoreFailure& failure) {
    EXPECT_EQ(failure.what(), std::string("attempt to write a readonly database: ") + kFill.text);
  }
}

TEST_F(SessionTest, WhatIsNoDatabaseIsSaidToBeNone) {
  std::ofstream(folder / "b.db") << std::string(4096, 'x');
  Connection other(folder / "b.db", Connection::Use::kReadWrite);
  try {
    other.session().run(kMake);
    FAIL() << "it has written";
  } catch (const StoreFailure& failure) {
    EXPECT_EQ(failure.kind(), StoreFailure::Kind::kCorrupt);
    EXPECT_EQ(failure.what(), std::string("file is not a database: ") + kMake.text);
  }
}

}  // namespace
}  // namespace causeway::store
