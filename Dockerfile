# Slipstream as an image: the program compiled, the page built, no development dependencies, not root.
FROM node:24.11.1-bookworm-slim AS build
WORKDIR /src
COPY package.json package-lock.json ./
COPY bin bin
COPY config config
COPY lib lib
COPY scripts scripts
COPY src src
COPY web web
COPY CHANGELOG.md LICENSE README.md tsconfig.json tsconfig.build.json ./
RUN npm ci --no-audit --no-fund && mkdir /out && npm pack --pack-destination /out

FROM node:24.11.1-bookworm-slim
COPY --from=build /out /tmp/package
RUN npm install --global --omit=dev --omit=optional --no-audit --no-fund /tmp/package/*.tgz \
  && rm -rf /tmp/package /root/.npm \
  && mkdir /data && chown node:node /data
# Everything that the program writes (cache, logs) is below its working directory: the root file system can be read-only.
USER node
WORKDIR /data
VOLUME /data
EXPOSE 5001
ENTRYPOINT ["slipstream"]
CMD ["bridge", "--bridge-host", "0.0.0.0"]
