#include "cli/app.h"

int main(int argc, char** argv) { return staydown::cli::run(argc, argv); }
