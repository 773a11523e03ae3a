import type { KafkaLink, TopicView } from './link.ts';

/** Who leads which partition, asked once and again when somebody found it stale. Questions at one time share a request. */
export class Cluster {
  readonly #link: KafkaLink;
  readonly #topics = new Map<string, TopicView>();
  readonly #asking = new Map<string, Promise<TopicView | null>>();

  constructor(link: KafkaLink) {
    this.#link = link;
  }

  /** The topic as last seen, asked when it is not known; null when it does not exist. */
  async topic(name: string): Promise<TopicView | null> {
    return this.#topics.get(name) ?? (await this.refresh(name));
  }

  /** Asks the broker about one topic. */
  refresh(name: string): Promise<TopicView | null> {
    const asking = this.#asking.get(name) ?? this.#ask(name).finally(() => this.#asking.delete(name));
    this.#asking.set(name, asking);
    return asking;
  }

  async #ask(name: string): Promise<TopicView | null> {
    const { topics } = await this.#link.metadata([name]);
    const topic = topics.get(name) ?? null;
    if (topic === null) this.#topics.delete(name);
    else this.#topics.set(name, topic);
    return topic;
  }
}
