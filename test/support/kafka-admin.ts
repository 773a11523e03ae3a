import { Admin } from '@platformatic/kafka';

/** Does to a cluster what the pipeline never does itself: deletes topics, adds partitions. */
export async function withAdmin<T>(bootstrap: string, work: (admin: Admin) => Promise<T>): Promise<T> {
  const admin = new Admin({ clientId: 'slipstream-test-admin', bootstrapBrokers: [bootstrap], retries: 3 });
  try {
    return await work(admin);
  } finally {
    await admin.close();
  }
}
