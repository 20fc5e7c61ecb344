// The worlds of a run are told by the environment or the command line:
//
//   test_simulation [--seeds N] [--first M] [--gtest_…]
#include <gtest/gtest.h>

#include <cstdlib>
#include <cstring>

int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  for (int i = 1; i + 1 < argc; i += 2) {
    if (std::strcmp(argv[i], "--seeds") == 0) setenv("CAUSEWAY_SIM_SEEDS", argv[i + 1], 1);
    if (std::strcmp(argv[i], "--first") == 0) setenv("CAUSEWAY_SIM_FIRST", argv[i + 1], 1);
  }
  return RUN_ALL_TESTS();
}
