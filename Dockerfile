# docker build -t causeway .
# README.md › Run it has the command that starts it.
FROM debian:12 AS builder
WORKDIR /src
COPY scripts/install-deps scripts/
RUN scripts/install-deps
COPY . .
RUN cmake --preset release && cmake --build --preset release --target causeway
# The packages of the shared libraries that the program really loads, so that the image below has nothing else.
RUN ldd build/release/causeway | awk '$2 == "=>" {print "*-linux-gnu/" $1}' | \
    xargs dpkg-query -S | cut -d: -f1 | sort -u > /libraries

FROM debian:12-slim
COPY --from=builder /libraries /tmp/libraries
RUN apt-get update -qq && \
    xargs apt-get install -y -qq --no-install-recommends ca-certificates < /tmp/libraries && \
    rm -rf /var/lib/apt/lists/* /tmp/libraries && \
    useradd --system --no-create-home --shell /usr/sbin/nologin causeway && \
    install -d -o causeway -m 0700 /var/lib/causeway
COPY --from=builder /src/build/release/causeway /usr/local/bin/causeway
COPY config /etc/causeway/config
COPY routes /etc/causeway/routes
# The only folder that is written: events, cursors, the admin token. Lose it and what was acknowledged is lost.
ENV CAUSEWAY_DATA=/var/lib/causeway
VOLUME /var/lib/causeway
USER causeway
WORKDIR /etc/causeway
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=3s --start-period=10s CMD ["bash", "-c", \
  "exec 3<>/dev/tcp/127.0.0.1/9901 && printf 'GET /healthz HTTP/1.1\\r\\nHost: localhost\\r\\nConnection: close\\r\\n\\r\\n' >&3 && grep -q ' 200 ' <&3"]
STOPSIGNAL SIGTERM
ENTRYPOINT ["causeway"]
CMD ["run", "-c", "config/causeway.yaml"]
