// The results of a recognition, in the standard's lists: final ones first, and never changed; then those that may still change.

/** An event's new results. */
export interface Change {
  resultIndex: number;
  results: SpeechRecognitionResultList;
}

export class Results {
  readonly #finals: SpeechRecognitionResult[] = [];
  /** By the number of the sentence. */
  readonly #interims = new Map<number, SpeechRecognitionResult>();

  get isEmpty(): boolean {
    return this.#finals.length + this.#interims.size === 0;
  }

  /** Whether it has been told of the sentence. */
  knows(id: number): boolean {
    return this.#interims.has(id);
  }

  /** Forgets what is not final. */
  forget(): void {
    this.#interims.clear();
  }

  interim(id: number, transcript: string): Change {
    this.#interims.set(id, result(transcript, false));
    return this.#from(this.#finals.length + [...this.#interims.keys()].indexOf(id));
  }

  final(id: number, transcript: string): Change {
    this.#interims.delete(id);
    this.#finals.push(result(transcript, true));
    return this.#from(this.#finals.length - 1);
  }

  /** Everything, with nothing new. */
  all(): Change {
    return this.#from(0);
  }

  #from(resultIndex: number): Change {
    return { resultIndex, results: list([...this.#finals, ...this.#interims.values()]) };
  }
}

/**
 * The text of one of several sentences. Pages put results together without anything between them, so it brings the space in front,
 * where `all`, in which it is the last so far, has one.
 */
export function within(all: string, sentence: string): string {
  const text = sentence.trim();
  return /\s/.test(all.charAt(all.lastIndexOf(text) - 1)) ? ` ${text}` : text;
}

/** The service tells no confidence: what will not change has all of it, as libraries drop what has none. */
function result(transcript: string, isFinal: boolean): SpeechRecognitionResult {
  return list([Object.freeze({ transcript, confidence: isFinal ? 1 : 0 })], { isFinal });
}

interface List<Item> {
  readonly length: number;
  readonly [index: number]: Item;
  item(index: number): Item;
  [Symbol.iterator](): ArrayIterator<Item>;
}

const LIST = {
  item(this: List<unknown>, index: number) {
    return this[index] ?? null;
  },
  [Symbol.iterator]: Array.prototype.values,
};

function list<Item, More extends object>(items: Item[], more?: More): List<Item> & More {
  return Object.freeze(Object.assign(Object.create(LIST), items, { length: items.length }, more));
}
