# A program of one folder in C++. The including Makefile sets `program` (its name) and OUT (the folder that gets it, with its objects).

here := $(dir $(lastword $(MAKEFILE_LIST)))
CXXFLAGS ?= -O2
override CXXFLAGS += -std=c++17 -Wall -Wextra -Wpedantic -Werror -pthread -I$(here)

objects := $(patsubst %.cpp,$(OUT)/%.o,$(sort $(wildcard *.cpp)))

$(OUT)/$(program): $(objects)
	$(CXX) $(CXXFLAGS) -o $@ $^

$(OUT)/%.o: %.cpp $(wildcard *.h) $(wildcard $(here)*.h) $(here)program.mk Makefile
	@mkdir -p $(OUT)
	$(CXX) $(CXXFLAGS) -c -o $@ $<
