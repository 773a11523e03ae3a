// Checks what Docker and Grafana read without either: compose files and provisioning by schema, every file that they name,
// the steps of the Dockerfile. `node scripts/check-deployment.ts` prints what is wrong and ends with 1.
import { existsSync, globSync, readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';

const root = resolve(import.meta.dirname, '..');

const text = z.union([z.string(), z.number(), z.boolean()]).transform(String);
const seconds = z.string().regex(/^\d+s$/);
const service = z.strictObject({
  image: z
    .string()
    .regex(/^[\w./-]+:[\w.-]*\d[\w.-]*$/, 'an image with the version pinned')
    .optional(),
  build: z.string().optional(),
  command: z.array(text).optional(),
  environment: z.record(z.string(), text).optional(),
  ports: z.array(z.string().regex(/^127\.0\.0\.1:\d+:\d+$/, 'published on loopback only')).optional(),
  volumes: z.array(z.string()).optional(),
  secrets: z.array(z.string()).optional(),
  configs: z.array(z.strictObject({ source: z.string(), target: z.string() })).optional(),
  profiles: z.array(z.string()).optional(),
  depends_on: z
    .record(z.string(), z.strictObject({ condition: z.enum(['service_healthy', 'service_started']) }))
    .optional(),
  healthcheck: z
    .strictObject({
      test: z.tuple([z.literal('CMD')], z.string()),
      interval: seconds,
      timeout: seconds,
      retries: z.int(),
      start_period: seconds,
    })
    .optional(),
  hostname: z.string().optional(),
  network_mode: z.literal('host').optional(),
  extra_hosts: z.array(z.string()).optional(),
  restart: z.literal('unless-stopped'),
  read_only: z.boolean().optional(),
  tmpfs: z.array(z.string()).optional(),
  security_opt: z.array(z.literal('no-new-privileges:true')).min(1),
  cap_drop: z.array(z.literal('ALL')).min(1),
});
const compose = z.object({
  name: z.string(),
  services: z.record(z.string(), service),
  volumes: z.record(z.string(), z.null()),
  secrets: z.record(z.string(), z.strictObject({ environment: z.string() })).optional(),
  configs: z.record(z.string(), z.strictObject({ content: z.string() })).optional(),
});
const datasources = z.strictObject({
  apiVersion: z.literal(1),
  datasources: z
    .array(
      z.strictObject({
        name: z.string(),
        uid: z.string(),
        type: z.string(),
        access: z.literal('proxy'),
        url: z.string().regex(/^\$\{\w+\}$/, 'one variable: the address is said in one place'),
        isDefault: z.boolean(),
        editable: z.boolean(),
        jsonData: z.record(z.string(), z.unknown()).optional(),
      }),
    )
    .length(1, 'one data source a file: one that is refused stops its whole file'),
});
const providers = z.strictObject({
  apiVersion: z.literal(1),
  providers: z.array(
    z.strictObject({
      name: z.string(),
      orgId: z.literal(1),
      folder: z.string(),
      type: z.literal('file'),
      disableDeletion: z.boolean(),
      allowUiUpdates: z.boolean(),
      updateIntervalSeconds: z.int().min(10),
      options: z.strictObject({ path: z.string() }),
    }),
  ),
});
const query = z.object({
  refId: z.string(),
  datasourceUid: z.string(),
  model: z.object({ refId: z.string() }),
});
const alerting = z.strictObject({
  apiVersion: z.literal(1),
  contactPoints: z.array(
    z.object({ orgId: z.literal(1), name: z.string(), receivers: z.array(z.object({ uid: z.string() })) }),
  ),
  policies: z.array(
    z.strictObject({
      orgId: z.literal(1),
      receiver: z.literal('grafana-default-email'),
      routes: z.array(
        z.strictObject({
          receiver: z.string(),
          object_matchers: z.array(z.tuple([z.string(), z.enum(['=', '!=', '=~', '!~']), z.string()])).min(1),
          group_by: z.array(z.string()),
        }),
      ),
    }),
  ),
  groups: z.array(
    z.object({
      orgId: z.literal(1),
      name: z.string(),
      folder: z.string(),
      interval: z.literal('10s'),
      rules: z.array(
        z.object({
          uid: z.string(),
          title: z.string(),
          condition: z.string(),
          for: seconds,
          data: z.array(query),
          labels: z.record(z.string(), z.string()),
        }),
      ),
    }),
  ),
});

/** What is wrong with the files that Docker and Grafana read, one sentence each; empty when nothing is. */
export function checkDeployment(): string[] {
  return [
    ...checkCompose('compose.yaml'),
    ...checkCompose('compose.grafana-only.yaml'),
    ...checkProvisioning(),
    ...checkDockerfile(),
  ];
}

function read<T>(file: string, schema: z.ZodType<T>, faults: string[]): T | null {
  const result = schema.safeParse(parse(readFileSync(join(root, file), 'utf8'), { merge: true }));
  if (result.success) return result.data;
  for (const { path, message } of result.error.issues) faults.push(`${file}: ${path.join('.')} ${message}`);
  return null;
}

function checkCompose(file: string): string[] {
  const faults: string[] = [];
  const found = read(file, compose, faults);
  if (found === null) return faults;
  const used = new Set<string>();
  for (const [
    name,
    {
      volumes = [],
      secrets = [],
      configs = [],
      read_only: isReadOnly,
      depends_on: before = {},
      image,
      build,
      command = [],
    },
  ] of Object.entries(found.services)) {
    const where = `${file}: ${name}`;
    if (image === undefined && build === undefined) faults.push(`${where} has neither image nor build`);
    if (build !== undefined && !existsSync(join(root, build, 'Dockerfile')))
      faults.push(`${where}: there is no Dockerfile in ${build}`);
    for (const other of Object.keys(before)) {
      const there = found.services[other];
      if (there === undefined) faults.push(`${where} depends on ${other}, which is not there`);
      else if (before[other]!.condition === 'service_healthy' && there.healthcheck === undefined)
        faults.push(`${where} waits for ${other} to be healthy, which has no health check`);
    }
    for (const volume of volumes) {
      const source = volume.replace(/^\$\{\w+:-(.*?)\}/u, '$1').split(':')[0]!;
      if (!source.startsWith('.')) {
        used.add(source);
        if (!Object.hasOwn(found.volumes, source)) faults.push(`${where}: volume ${source} is not declared`);
      } else if (!volume.startsWith('$')) {
        if (!existsSync(join(root, source))) faults.push(`${where} mounts ${source}, which does not exist`);
        else if (!volume.endsWith(':ro')) faults.push(`${where} mounts ${source} so that it can be written`);
        else faults.push(...checkModes(source));
      }
    }
    for (const secret of secrets)
      if (found.secrets?.[secret] === undefined) faults.push(`${where}: secret ${secret} is not declared`);
    for (const { source } of configs) {
      if (found.configs?.[source] === undefined) faults.push(`${where}: config ${source} is not declared`);
      else if (isReadOnly === true)
        faults.push(`${where} is read-only: Compose cannot write a config into it`);
    }
    const [first = ''] = command;
    if (build !== undefined && !['bridge', 'process', 'replay'].includes(first))
      faults.push(`${where} runs the unknown command ${first}`);
  }
  for (const volume of Object.keys(found.volumes))
    if (!used.has(volume)) faults.push(`${file}: volume ${volume} is not used`);
  if (
    /password\s*[:=]\s*['"]?\w/iu.test(
      readFileSync(join(root, file), 'utf8').replaceAll('grafana_admin_password', ''),
    )
  )
    faults.push(`${file} holds a password`);
  return faults;
}

/** Containers run as other users: files must be readable, folders enterable by all. */
function checkModes(source: string): string[] {
  const paths = [source, ...globSync('**/*', { cwd: join(root, source) }).map((path) => join(source, path))];
  return paths.flatMap((path) => {
    const stat = statSync(join(root, path));
    const needed = stat.isDirectory() ? 0o555 : 0o444;
    return (stat.mode & needed) === needed ? [] : [`${path} cannot be read by everybody`];
  });
}

function checkProvisioning(): string[] {
  const faults: string[] = [];
  const folder = 'grafana/provisioning';
  for (const name of ['dashboards', 'datasources', 'alerting', 'plugins'])
    if (!existsSync(join(root, folder, name)))
      faults.push(`${folder}/${name} is not there: Grafana looks for all four`);
  const uids = new Map<string, string>();
  const unique = (uid: string, where: string): void => {
    if (uids.has(uid)) faults.push(`uid ${uid} is in ${uids.get(uid)!} and in ${where}`);
    uids.set(uid, where);
  };
  let defaults = 0;
  for (const file of globSync(`${folder}/datasources/*.yaml`, { cwd: root })) {
    for (const { uid, isDefault } of read(file, datasources, faults)?.datasources ?? []) {
      unique(uid, file);
      if (isDefault) defaults++;
    }
  }
  if (defaults !== 1) faults.push(`${defaults} data sources are the default one, it must be 1`);
  const known = new Set([...uids.keys(), '__expr__']);
  for (const file of globSync(`${folder}/alerting/*.yaml`, { cwd: root })) {
    const found = read(file, alerting, faults);
    for (const { receivers } of found?.contactPoints ?? [])
      for (const { uid } of receivers) unique(uid, file);
    const routes = found?.policies.flatMap((policy) => policy.routes) ?? [];
    for (const { receiver } of routes)
      if (!found?.contactPoints.some(({ name }) => name === receiver))
        faults.push(`${file}: a policy sends to ${receiver}, which is no contact point`);
    for (const rule of found?.groups.flatMap(({ rules }) => rules) ?? []) {
      unique(rule.uid, file);
      const isRouted = routes.some((route) =>
        route.object_matchers.every(([label, sign, value]) => sign === '=' && rule.labels[label] === value),
      );
      if (!isRouted) faults.push(`${file}: no policy sends ${rule.uid} to a contact point`);
      for (const { datasourceUid } of rule.data)
        if (!known.has(datasourceUid))
          faults.push(`${file}: ${rule.uid} asks the unknown source ${datasourceUid}`);
      if (!rule.data.some(({ refId }) => refId === rule.condition))
        faults.push(`${file}: ${rule.uid} has no query ${rule.condition}`);
    }
  }
  for (const file of globSync(`${folder}/dashboards/*.yaml`, { cwd: root })) {
    const found = read(file, providers, faults)?.providers ?? [];
    const mounted = readFileSync(join(root, 'compose.yaml'), 'utf8');
    for (const { name, options } of found)
      if (!mounted.includes(`:${options.path}:ro`))
        faults.push(`${file}: ${name} reads ${options.path}, which compose.yaml does not mount`);
  }
  for (const file of globSync('grafana/dashboards/*.json', { cwd: root }))
    unique((JSON.parse(readFileSync(join(root, file), 'utf8')) as { uid: string }).uid, file);
  return faults;
}

function checkDockerfile(): string[] {
  const faults: string[] = [];
  const lines = readFileSync(join(root, 'Dockerfile'), 'utf8')
    .replaceAll(/\\\n\s*/gu, ' ')
    .split('\n');
  const steps = lines.flatMap((line) => /^([A-Z]+) (.+)$/u.exec(line)?.slice(1, 3).map(String) ?? []);
  const of = (name: string): string[] =>
    steps.flatMap((step, i) => (i % 2 === 0 && step === name ? [steps[i + 1]!] : []));
  for (const image of of('FROM'))
    if (!/^node:\d+\.\d+\.\d+-/u.test(image)) faults.push(`Dockerfile: ${image} is not pinned`);
  if (of('FROM').length < 2) faults.push('Dockerfile: development dependencies stay in the image');
  for (const copied of of('COPY').filter((step) => !step.startsWith('--from'))) {
    for (const source of copied.split(' ').slice(0, -1))
      if (!existsSync(join(root, source))) faults.push(`Dockerfile copies ${source}, which does not exist`);
  }
  if (['root', '0', undefined].includes(of('USER').at(-1)))
    faults.push('Dockerfile: the program would run as root');
  return faults;
}

if (process.argv[1] !== undefined && resolve(process.argv[1]) === import.meta.filename) {
  const faults = checkDeployment();
  for (const fault of faults) process.stderr.write(`${fault}\n`);
  if (faults.length === 0) process.stdout.write('compose files, Dockerfile and provisioning are sound\n');
  process.exitCode = faults.length === 0 ? 0 : 1;
}
