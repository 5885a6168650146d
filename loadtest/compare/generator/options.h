#pragma once

#include <string>

/** One run. */
struct Options {
    std::string host = "127.0.0.1"; // an IPv4 address
    int port = 0;                // of the server's WebSocket listener
    std::string path = "/";
    int clients = 1;
    int connectsPerSecond = 4000;
    double warmUpSeconds = 3;    // of publishing before anything counts
    double seconds = 8;          // measured; SIGTERM ends it earlier
    std::string subscribe;       // text that each client sends after its handshake, {names} in it for its channels; empty: none
    std::string publish;         // http://ADDRESS:PORT/PATH or nats://ADDRESS:PORT/SUBJECT; empty: only listen
    std::string publishToken;    // shown with each publish over HTTP; empty: none
    int channels = 1;            // there are; {name} in the URL is each in turn
    int subscriptions = 1;       // of each client
    double rate = 0;             // messages a second
    int size = 400;              // bytes of a payload
    int serverPid = 0;           // whose CPU time is reported, with its children's; 0: nobody's
    int serverCore = -1;         // whose use by all programs is reported; -1: none
};

/** Prints what is wrong and ends the program with 78 unless all arguments make sense. */
Options readOptions(int count, char** arguments);
