#include "events/intake/record_size.h"

#include "events/intake_fixture.h"

namespace causeway::events {
namespace {

class RecordSize : public IntakeTest {
 protected:
  std::shared_ptr<const Topic> on_bus(std::uint64_t limit) {
    TopicSettings settings;
    settings.name.value = "a-topic";
    settings.bus = BusKind::kKafka;
    auto topic = TopicTable({settings}, metrics_).find("a-topic");
    topic->limits->record_bytes = limit;
    return topic;
  }
};

TEST_F(RecordSize, CountsAllThatTravels) {
  EventDraft draft;
  draft.event_id = "12";
  draft.type = "345";
  draft.key = "6789";
  draft.body = std::string(1000, ' ');
  draft.headers = "{}";
  EXPECT_EQ(record_size(draft, "oms"), 2u + 3 + 4 + 1000 + 2 + 3 + 512);
}

TEST_F(RecordSize, AnEventThatTheBusWouldNotTakeIsRefused) {
  const std::string event = R"({"eventId":"1","eventType":"T","timestamp":1,"data":")" + std::string(1000, 'x') + "\"}";
  EXPECT_EQ(text(read(Intake(on_bus(1000), "", {}), event)),
            "41390 the event takes 1596 bytes on the bus, a-topic takes at most 1000");
  EXPECT_TRUE(read(Intake(on_bus(1596), "", {}), event).ok());
  EXPECT_TRUE(read(Intake(on_bus(0), "", {}), event).ok());
  nested_->limits->record_bytes = 1000;  // a bus that it is not on
  EXPECT_TRUE(read(Intake(nested_, "", {}), event).ok());
}

TEST_F(RecordSize, AnArrayTellsWhichOfThem) {
  const std::string large = R"({"eventId":"2","eventType":"T","timestamp":1,"data":")" + std::string(1000, 'x') + "\"}";
  EXPECT_EQ(text(read(Intake(on_bus(1000), "", {}), R"([{"eventType":"T","data":0},)" + large + "]")),
            R"(42291 | "items":[{"index":1,"code":41390,)"
            R"("message":"the event takes 1596 bytes on the bus, a-topic takes at most 1000"}])");
}

}  // namespace
}  // namespace causeway::events
