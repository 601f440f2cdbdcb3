import { existsSync, readdirSync, statSync } from 'node:fs';

/** True when a path holds `*`, `?` or `[...]`. A file of just that name still comes first. */
export function isPattern(path: string): boolean {
  return /[*?]|\[[^\]]+\]/.test(path);
}

/** One component of a pattern as an expression; `[!a-c]` is anything but those, as in a shell. */
function expressionOf(component: string): RegExp {
  let source = '';
  for (let i = 0; i < component.length; i++) {
    const letter = component[i] ?? '';
    const close = letter === '[' ? component.indexOf(']', i + 2) : -1;
    if (letter === '*') source += '[^/]*';
    else if (letter === '?') source += '[^/]';
    else if (close > 0) {
      const inside = component.slice(i + 1, close);
      const negated = inside.startsWith('!') || inside.startsWith('^');
      source += `[${negated ? '^' : ''}${inside.slice(negated ? 1 : 0).replace(/[\\\]^[]/g, '\\$&')}]`;
      i = close;
    } else source += letter.replace(/[\\^$.|+()[\]{}]/g, '\\$&');
  }
  try {
    return new RegExp(`^${source}$`, 'u');
  } catch {
    // a range that runs backwards, such as [9-0], matches nothing
    return /^\b$/;
  }
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function isFile(path: string): boolean {
  try {
    return statSync(path).isFile();
  } catch {
    // a dangling link, or a component of the path that is no folder
    return false;
  }
}

/**
 * Files whose path matches a pattern: `*` any number of characters, `?` one, `[0-4]` one of these, in any component.
 * Names that begin with a dot need one in the pattern; a component that exists as it is written means just that. In no
 * particular order.
 */
export function matchingFiles(pattern: string): readonly string[] {
  const components = pattern.split('/').filter((part, i) => i === 0 || part !== '');
  let found = components[0] === '' ? ['/'] : [''];
  for (const component of components[0] === '' ? components.slice(1) : components) {
    const join = (folder: string, name: string): string =>
      folder === '' || folder === '/' ? `${folder}${name}` : `${folder}/${name}`;
    if (!isPattern(component)) {
      found = found.map((folder) => join(folder, component));
      continue;
    }
    const expression = expressionOf(component);
    const wanted = (name: string): boolean =>
      expression.test(name) && (component.startsWith('.') || !name.startsWith('.'));
    found = found.flatMap((folder) => {
      const own = join(folder, component);
      // A folder may be called `run[1]`.
      if (existsSync(own)) return [own];
      const names = namesIn(folder === '' ? '.' : folder);
      return names.filter(wanted).map((name) => join(folder, name));
    });
  }
  return found.filter(isFile);
}
