#include <cstdio>
#include <cstdlib>

#include "descriptors.h"
#include "server.h"

int main(int count, char** arguments) {
    const int port = count == 2 ? std::atoi(arguments[1]) : 0;
    if (port < 1 || port > 65535) {
        std::fprintf(stderr, "usage: bare PORT\n");
        return 78;
    }
    raiseDescriptorLimit();
    Server server(port);
    server.run();
}
