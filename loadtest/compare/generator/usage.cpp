#include "usage.h"

#include <dirent.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <string>

#include "clock.h"

namespace {

struct ProcessTimes {
    int parent = 0;
    double seconds = 0;
};

bool readTimes(int pid, ProcessTimes& times) {
    const std::string path = "/proc/" + std::to_string(pid) + "/stat";
    std::FILE* file = std::fopen(path.c_str(), "r");
    if (file == nullptr) return false;
    char text[1024];
    const std::size_t count = std::fread(text, 1, sizeof text - 1, file);
    std::fclose(file);
    // The name may hold blanks and brackets: what follows counts from the last bracket.
    const std::string line(text, count);
    const std::size_t nameEnd = line.rfind(')');
    unsigned long user = 0, system = 0;
    if (nameEnd == std::string::npos
        || std::sscanf(line.c_str() + nameEnd + 1, " %*c %d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", &times.parent, &user, &system) != 3) return false;
    times.seconds = static_cast<double>(user + system) / static_cast<double>(sysconf(_SC_CLK_TCK));
    return true;
}

double secondsOf(clockid_t clock) {
    timespec time{};
    clock_gettime(clock, &time);
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) / nanosecondsPerSecond;
}

}

double cpuSecondsOf(int pid) {
    ProcessTimes own;
    if (!readTimes(pid, own)) return 0;
    double sum = own.seconds;
    DIR* processes = opendir("/proc");
    if (processes == nullptr) return sum;
    while (const dirent* entry = readdir(processes)) {
        const int other = std::atoi(entry->d_name);
        ProcessTimes times;
        if (other > 0 && readTimes(other, times) && times.parent == pid) sum += times.seconds;
    }
    closedir(processes);
    return sum;
}

double busySecondsOfCore(int core) {
    std::FILE* file = std::fopen("/proc/stat", "r");
    if (file == nullptr) return 0;
    const std::string format = "cpu" + std::to_string(core) + " %llu %llu %llu %*u %*u %llu %llu";
    double seconds = 0;
    char line[512];
    while (std::fgets(line, sizeof line, file) != nullptr) {
        unsigned long long user = 0, nice = 0, system = 0, interrupt = 0, softInterrupt = 0;
        if (std::sscanf(line, format.c_str(), &user, &nice, &system, &interrupt, &softInterrupt) == 5) {
            seconds = static_cast<double>(user + nice + system + interrupt + softInterrupt) / static_cast<double>(sysconf(_SC_CLK_TCK));
        }
    }
    std::fclose(file);
    return seconds;
}

OwnUse OwnUse::now() {
    OwnUse use;
    use.cpuSeconds = secondsOf(CLOCK_PROCESS_CPUTIME_ID);
    use.threadSeconds = secondsOf(CLOCK_THREAD_CPUTIME_ID);
    if (std::FILE* file = std::fopen("/proc/thread-self/schedstat", "r")) {
        unsigned long long ran = 0, waited = 0;
        if (std::fscanf(file, "%llu %llu", &ran, &waited) == 2) use.threadWaitSeconds = static_cast<double>(waited) / nanosecondsPerSecond;
        std::fclose(file);
    }
    return use;
}
