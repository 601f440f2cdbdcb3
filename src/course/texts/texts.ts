/** A question with its answers; the letters a, b, c... stand for their order. */
export interface Question {
  readonly ask: string;
  readonly answers: readonly string[];
  /** Index of the right answer. */
  readonly right: number;
  readonly because: string;
}

/** What an exercise asks for. */
export interface Task {
  readonly title: string;
  /** What the reader's file must export, and what is checked. */
  readonly task: readonly string[];
}

/** All the course says in a terminal, in one language. */
export interface Texts {
  readonly title: string;
  /** By section number. */
  readonly sections: Readonly<Record<string, string>>;
  /** By name of the program. */
  readonly programs: Readonly<Record<string, string>>;
  readonly columns: Readonly<Record<'time' | 'speed' | 'memory' | 'value' | 'difference', string>>;
  readonly exercises: readonly Task[];
  readonly quiz: readonly Question[];
  readonly words: Readonly<
    Record<
      | 'bytes'
      | 'colon'
      | 'cores'
      | 'exercise'
      | 'machine'
      | 'text'
      | 'usage'
      | 'right'
      | 'wrong'
      | 'passed'
      | 'failed'
      | 'score',
      string
    >
  >;
  /** Lines that programs and checks give, which are English, by `keyOf`. Empty in English. */
  readonly dictionary: Readonly<Record<string, string>>;
}
