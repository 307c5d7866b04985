import { execFile } from 'node:child_process';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Child } from './child.ts';
import { download } from './downloads.ts';
import { kafkaPlan } from './kafka.ts';
import { freePorts } from './ports.ts';

const run = promisify(execFile);
const STORE_PASSWORD = 'only-of-a-test';
export const SUPERUSER = { username: 'admin', password: 'admin-of-a-test' };

export interface SecuredKafka {
  readonly brokers: readonly string[];
  /** PEM: who signed the broker's certificate. */
  readonly caFile: string;
  readonly child: Child;
}

/**
 * A broker that speaks TLS only, asks everybody who they are, by PLAIN, SCRAM or an unsigned token, and lets nobody do what no ACL allows. Its certificate signs itself.
 * @param users name → password, of PLAIN and of SCRAM-SHA-256 and -512
 */
export async function startSecuredKafka(
  dir: string,
  users: Readonly<Record<string, string>>,
): Promise<SecuredKafka> {
  await mkdir(join(dir, 'logs'), { recursive: true });
  const [port = 0, controllerPort = 0] = await freePorts(2);
  const [keyStore, caFile] = [join(dir, 'broker.p12'), join(dir, 'ca.pem')];
  const keytool = (...args: readonly string[]) =>
    run('keytool', [...args, '-alias', 'broker', '-keystore', keyStore, '-storepass', STORE_PASSWORD]);
  await keytool(
    ...['-genkeypair', '-keyalg', 'EC', '-groupname', 'secp256r1', '-validity', '2', '-storetype', 'PKCS12'],
    ...['-dname', 'CN=broker', '-ext', 'san=ip:127.0.0.1'],
  );
  await keytool('-exportcert', '-rfc', '-file', caFile);
  const all = { [SUPERUSER.username]: SUPERUSER.password, ...users };
  const plan = kafkaPlan({
    dir,
    port,
    controllerPort,
    downloads: await download(() => undefined),
    secured: {
      properties: propertiesOf(port, controllerPort, { keyStore, caFile }, all),
      format: Object.entries(all).flatMap(([name, password]) =>
        ['SCRAM-SHA-256', 'SCRAM-SHA-512'].flatMap((mechanism) => [
          '--add-scram',
          `${mechanism}=[name=${name},password=${password}]`,
        ]),
      ),
      client: {
        ssl: { ca: [await readFile(caFile, 'utf8')] },
        sasl: { mechanism: 'plain', ...SUPERUSER },
      },
    },
  });
  await plan.prepare();
  return { brokers: [`127.0.0.1:${port}`], caFile, child: await plan.start() };
}

function propertiesOf(
  port: number,
  controllerPort: number,
  { keyStore, caFile }: { readonly keyStore: string; readonly caFile: string },
  users: Readonly<Record<string, string>>,
): string {
  const known = Object.entries(users).map(([name, password]) => `user_${name}="${password}"`);
  const login = 'org.apache.kafka.common.security';
  return `listeners=SASL_SSL://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controllerPort}
advertised.listeners=SASL_SSL://127.0.0.1:${port}
listener.security.protocol.map=CONTROLLER:PLAINTEXT,SASL_SSL:SASL_SSL
inter.broker.listener.name=SASL_SSL
sasl.mechanism.inter.broker.protocol=PLAIN
sasl.enabled.mechanisms=PLAIN,SCRAM-SHA-256,SCRAM-SHA-512,OAUTHBEARER
listener.name.sasl_ssl.plain.sasl.jaas.config=${login}.plain.PlainLoginModule required username="${SUPERUSER.username}" password="${SUPERUSER.password}" ${known.join(' ')};
listener.name.sasl_ssl.scram-sha-256.sasl.jaas.config=${login}.scram.ScramLoginModule required;
listener.name.sasl_ssl.scram-sha-512.sasl.jaas.config=${login}.scram.ScramLoginModule required;
listener.name.sasl_ssl.oauthbearer.sasl.jaas.config=${login}.oauthbearer.OAuthBearerLoginModule required unsecuredLoginStringClaim_sub="broker";
ssl.keystore.location=${keyStore}
ssl.keystore.type=PKCS12
ssl.keystore.password=${STORE_PASSWORD}
ssl.truststore.location=${caFile}
ssl.truststore.type=PEM
authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer
super.users=User:${SUPERUSER.username};User:ANONYMOUS
allow.everyone.if.no.acl.found=false
`;
}
