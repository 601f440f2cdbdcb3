import { CHINESE } from './chinese.js';
import { ENGLISH } from './english.js';
import type { Texts } from './texts.js';

/** Languages of the course. */
export const LANGUAGES = ['en', 'zh'] as const;

export type Language = (typeof LANGUAGES)[number];

const TEXTS: Readonly<Record<Language, Texts>> = { en: ENGLISH, zh: CHINESE };

/** The texts of a language. */
export function textsIn(language: Language): Texts {
  return TEXTS[language];
}

/** The language a terminal is set to, English unless it is Chinese. */
export function languageOf(environment: Readonly<Record<string, string | undefined>>): Language {
  const { LC_ALL, LC_MESSAGES, LANG } = environment;
  return /^zh/i.test(LC_ALL || LC_MESSAGES || LANG || '') ? 'zh' : 'en';
}
