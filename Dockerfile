# docker build -t staydown:0.1.0 .
FROM debian:12 AS build
ENV DEBIAN_FRONTEND=noninteractive
COPY scripts/setup.sh /src/scripts/setup.sh
RUN /src/scripts/setup.sh
COPY . /src
RUN cmake -S /src -B /build -G Ninja -DCMAKE_BUILD_TYPE=Release -DSTAYDOWN_TESTS=OFF -DSTAYDOWN_BENCH=OFF \
 && cmake --build /build --target staydown \
 && cmake --install /build --prefix /installed --strip

# What the program is linked with, and nothing of the build; OpenVINO comes with what is installed.
FROM debian:12-slim
RUN apt-get update \
 && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends \
    ca-certificates libavcodec59 libavformat59 libavutil57 libswscale6 libgomp1 libopenblas0-serial \
    libsqlite3-0 libssl3 librdkafka1 libprometheus-cpp-core1.0 libcpp-httplib0.11 libcurl4 libyaml-cpp0.7 \
    libspdlog1.10 libfmt9 \
 && rm -rf /var/lib/apt/lists/* \
 && useradd --uid 10001 --user-group --no-create-home --shell /usr/sbin/nologin staydown \
 && install -d -o staydown -g staydown /var/lib/staydown
COPY --from=build /installed/ /usr/local/
USER 10001:10001
WORKDIR /var/lib/staydown
EXPOSE 9464
ENTRYPOINT ["staydown"]
