# The server as an image for amd64 and arm64: docker build -t wsfanout:0.1.0 .
#
# What is published is portable: no machine code but the base image's. So one build, on the machine's own architecture,
# serves every target, with the packages exactly as the lock files name them.
ARG SDK_IMAGE=mcr.microsoft.com/dotnet/sdk:10.0.401-noble
ARG ASPNET_IMAGE=mcr.microsoft.com/dotnet/aspnet:10.0.12-noble

FROM --platform=${BUILDPLATFORM} ${SDK_IMAGE} AS build
WORKDIR /source

# The packages change seldom, the source often: restoring is a layer of its own.
COPY global.json Directory.Build.props Directory.Packages.props ./
COPY src/WsFanout.Nats/WsFanout.Nats.csproj src/WsFanout.Nats/packages.lock.json src/WsFanout.Nats/
COPY src/WsFanout/WsFanout.csproj src/WsFanout/packages.lock.json src/WsFanout/
RUN dotnet restore src/WsFanout --locked-mode

COPY .editorconfig BannedSymbols.txt ./
COPY src src
RUN dotnet publish src/WsFanout -c Release --no-restore -p:UseAppHost=false -o /app \
    # In place of the launcher that the SDK would make for one architecture.
    && printf '#!/bin/sh\nexec dotnet /app/wsfanout.dll "$@"\n' > /app/wsfanout \
    && chmod 755 /app/wsfanout

FROM ${ASPNET_IMAGE}
WORKDIR /app
COPY LICENSE ./
COPY --from=build /app ./

# The diagnostics socket would need a writable /tmp; the base image's default port is not ours.
ENV DOTNET_EnableDiagnostics=0 \
    ASPNETCORE_HTTP_PORTS=

# `app` of the base image, as a number so that runAsNonRoot can be checked.
USER 1654:1654
EXPOSE 3002
STOPSIGNAL SIGTERM
# Live, not ready: an overloaded or draining server must not be restarted.
HEALTHCHECK --interval=15s --timeout=5s --start-period=20s --retries=3 CMD ["./wsfanout", "health"]
ENTRYPOINT ["./wsfanout"]
