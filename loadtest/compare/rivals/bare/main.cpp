#include <cstdio>
#include <cstdlib>

#include "descriptors.h"
#include "server.h"

int main(int count, char** arguments) {
    char* end = nullptr;
    const long port = count == 3 ? std::strtol(arguments[2], &end, 10) : 0;
    if (port < 1 || port > 65535 || *end != 0) {
        std::fprintf(stderr, "usage: bare ADDRESS PORT\n");
        return 78;
    }
    raiseDescriptorLimit();
    Server server(arguments[1], static_cast<int>(port));
    server.run();
}
