#include "descriptor/parity_clip.h"

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  staydown::support::encode_to_file(staydown::descriptor::parity_clip(), argv[1]);
}
