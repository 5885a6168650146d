#pragma once

#include <cstdint>

/** User and system time of a process and its children so far, from /proc, in seconds; 0 when there is no such process. */
double cpuSecondsOf(int pid);

/** Time since boot, in seconds, in which the core was not idle, whoever had it; 0 when there is no such core. */
double busySecondsOfCore(int core);

/** What this process took of its core, and how long its calling thread was kept waiting for it. */
struct OwnUse {
    double cpuSeconds = 0;        // of all threads
    double threadSeconds = 0;     // of the calling thread
    double threadWaitSeconds = 0; // ready to run, not running; 0 where the kernel does not say

    static OwnUse now();
};
