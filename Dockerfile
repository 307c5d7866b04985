# syntax=docker/dockerfile:1
# One image of everything that ships, run under several names: `--target ftm`, `command-api`, `projector`, `runners`.
FROM node:22-slim AS build
WORKDIR /app
COPY . .
RUN npm ci --no-audit --no-fund \
  && npx tsc -b \
  && npm prune --omit=dev --ignore-scripts \
  && rm -rf bench sandbox docs scripts

FROM node:22-slim AS production
WORKDIR /app
ENV NODE_ENV=production
COPY --from=build /app /app
# A volume that is mounted here belongs to whoever runs the image.
RUN mkdir /keys && chown node:node /keys
USER node

# The command line: `keys new`, `prepare`, and all that an operator does.
FROM production AS ftm
ENTRYPOINT ["node", "packages/cli/dist/main.js"]

FROM production AS command-api
EXPOSE 28080
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s CMD ["node", "-e", "fetch('http://127.0.0.1:28080/healthz').then((a) => process.exit(a.ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "services/command-api/dist/main.js"]

FROM production AS projector
EXPOSE 28090
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s CMD ["node", "-e", "fetch('http://127.0.0.1:28090/healthz').then((a) => process.exit(a.ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "services/projector/dist/main.js"]

FROM production AS runners
EXPOSE 28091
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s CMD ["node", "-e", "fetch('http://127.0.0.1:28091/healthz').then((a) => process.exit(a.ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "services/runners/dist/main.js"]
