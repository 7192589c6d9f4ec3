// Hot-word lists. They are kept and checked; the recogniser does not listen to them.
import { familyOf } from "../models.mjs";
import { refusal, wrongParameter } from "../service-error.mjs";
import { listTime } from "../service-time.mjs";
import { MOST_VOCABULARIES } from "../vocabulary-store.mjs";

const MOST_WORDS = 500;

/** @type {import("./all.mjs").Route} */
export const customization = {
  methods: ["POST"],
  path: /^\/api\/v1\/services\/audio\/asr\/customization$/,
  async handle(exchange) {
    const { model, input } = exchange.json();
    if (model !== "speech-biasing") throw refusal("unknown-model");
    const action = Object.hasOwn(ACTIONS, String(input?.action)) ? ACTIONS[input.action] : undefined;
    if (!action) throw wrongParameter("action");
    const output = action(input, exchange.account.vocabularies);
    await exchange.reply(200, { output, usage: { count: 1 }, request_id: exchange.requestId });
  },
};

/** @type {Record<string, (input: any, lists: import("../vocabulary-store.mjs").VocabularyStore) => object>} */
const ACTIONS = {
  create_vocabulary({ target_model: targetModel, prefix, vocabulary }, lists) {
    if (!familyOf(targetModel)) throw wrongParameter("target_model");
    if (!/^[a-z0-9]{1,9}$/.test(String(prefix))) throw wrongParameter("prefix");
    checkWords(vocabulary);
    if (lists.count() >= MOST_VOCABULARIES) throw refusal("too-many-lists");
    return { vocabulary_id: lists.create({ prefix, targetModel, vocabulary }) };
  },

  list_vocabulary({ prefix, page_index: index = 0, page_size: size = 10 }, lists) {
    const page = lists.all(prefix ?? undefined).slice(index * size, (index + 1) * size);
    return { vocabulary_list: page.map((list) => ({ vocabulary_id: list.id, ...stateOf(list) })) };
  },

  query_vocabulary({ vocabulary_id: id }, lists) {
    const list = find(id, lists);
    return { vocabulary: list.vocabulary, target_model: list.targetModel, ...stateOf(list) };
  },

  update_vocabulary({ vocabulary_id: id, vocabulary }, lists) {
    const list = find(id, lists);
    checkWords(vocabulary);
    list.vocabulary = vocabulary;
    list.modified = Date.now();
    return {};
  },

  delete_vocabulary({ vocabulary_id: id }, lists) {
    lists.remove(find(id, lists).id);
    return {};
  },
};

function find(id, lists) {
  const list = lists.get(String(id));
  if (!list) throw refusal("no-such-list");
  return list;
}

function stateOf(list) {
  return { gmt_create: listTime(list.created), gmt_modified: listTime(list.modified), status: "OK" };
}

function checkWords(vocabulary) {
  const refuse = (name) => {
    throw wrongParameter(name);
  };
  if (!Array.isArray(vocabulary) || vocabulary.length === 0 || vocabulary.length > MOST_WORDS) refuse("vocabulary");
  for (const { text, weight } of vocabulary) {
    if (typeof text !== "string" || text.trim() === "") refuse("text");
    // biome-ignore lint/suspicious/noControlCharactersInRegex: this is the range of ASCII
    const ascii = /^[\x00-\x7f]*$/.test(text);
    if (ascii ? text.trim().split(/ +/).length > 7 : [...text].length > 15) refuse("text");
    const fits = Number.isInteger(weight) && ((weight >= 1 && weight <= 5) || weight === 50);
    if (!fits) refuse("weight");
  }
}
