# One image for every service and setup job; compose says which one runs:
#   docker run marketing-streams node services/silver/src/main.ts
# TypeScript is run as it is by Node's type stripping, so there is no build step.
ARG NODE_IMAGE=node:24-bookworm-slim

# Picks out what decides the dependencies. The next stage copies only that, and by content: it is built again
# when a package.json or the lock file changes, not when a source file does.
FROM ${NODE_IMAGE} AS manifests
WORKDIR /source
COPY . .
RUN mkdir /manifests \
 && cp --parents package.json package-lock.json .npmrc /manifests \
 && find packages services scripts tests bench -maxdepth 2 -name package.json -exec cp --parents {} /manifests \;

FROM ${NODE_IMAGE} AS dependencies
WORKDIR /app
COPY --from=manifests /manifests ./
# The npm package `node` is a development dependency: the image has its own Node.
RUN npm ci --omit=dev && npm cache clean --force && rm -rf tests bench

FROM ${NODE_IMAGE}
ENV NODE_ENV=production \
    NODE_OPTIONS="--max-semi-space-size=8 --max-old-space-size=2000" \
    MALLOC_ARENA_MAX=2 \
    MALLOC_MMAP_THRESHOLD_=524288 \
    MALLOC_TRIM_THRESHOLD_=1048576 \
    NODE_COMPILE_CACHE=/tmp/compile-cache \
    STATE_DIR=/data/state \
    DELTA_DIR=/data/delta \
    HEALTH_HOST=0.0.0.0 \
    HEALTH_PORT=9100
WORKDIR /app
COPY --from=dependencies /app ./
COPY config ./config
COPY schemas ./schemas
COPY ksql ./ksql
COPY packages ./packages
COPY services ./services
COPY scripts ./scripts
COPY --chmod=755 docker/ready.sh /usr/local/bin/ready
# A named volume mounted here for the first time takes over the owner.
RUN mkdir -p /data/state /data/delta && chown -R node:node /data
USER node
CMD ["node", "services/webapp/src/main.ts"]
