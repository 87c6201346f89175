/** The project's own files, as the rules of style look at them. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { REPOSITORY } from './cruise.ts';

const NOT_OURS = new Set(['node_modules', 'dist', 'data', 'coverage', '.git', '.tmp']);

/** Absolute paths below a folder of the repository, sorted. */
export function filesUnder(folder: string, wanted: RegExp): string[] {
  return readdirSync(join(REPOSITORY, folder), { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && wanted.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .filter(
      (file) =>
        !file
          .slice(REPOSITORY.length)
          .split('/')
          .some((part) => NOT_OURS.has(part)),
    )
    .sort();
}

export function sourceFiles(folder: string): string[] {
  return filesUnder(folder, /\.[jt]s$/);
}

export function isTestCode(file: string): boolean {
  return /\.(test|fixture|conformance)\.ts$/.test(file) || file.startsWith(`${REPOSITORY}/test/`);
}

/** The code with every comment gone and every text emptied, so that words in them are not taken for code. */
export function withoutCommentsAndText(source: string): string {
  const tree = ts.createSourceFile('x.ts', source, ts.ScriptTarget.Latest, false);
  const parts: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isToken(node)) {
      if (ts.isStringLiteral(node) || ts.isNoSubstitutionTemplateLiteral(node)) parts.push("''");
      else if (ts.isRegularExpressionLiteral(node)) parts.push('/x/');
      else if (ts.isTemplateHead(node) || ts.isTemplateMiddle(node) || ts.isTemplateTail(node))
        parts.push('``');
      else parts.push(node.getText(tree));
      return;
    }
    for (const child of node.getChildren(tree)) visit(child);
  };
  visit(tree);
  return parts.join(' ');
}

/** Every name that the file declares. */
export function declaredNames(source: string): string[] {
  const tree = ts.createSourceFile('x.ts', source, ts.ScriptTarget.Latest, true);
  const names: string[] = [];
  const visit = (node: ts.Node): void => {
    const name = (node as { readonly name?: ts.Node }).name;
    if (
      name !== undefined &&
      ts.isIdentifier(name) &&
      (ts.isVariableDeclaration(node) ||
        ts.isFunctionDeclaration(node) ||
        ts.isClassDeclaration(node) ||
        ts.isInterfaceDeclaration(node) ||
        ts.isTypeAliasDeclaration(node) ||
        ts.isMethodDeclaration(node) ||
        ts.isMethodSignature(node) ||
        ts.isPropertyDeclaration(node) ||
        ts.isPropertySignature(node) ||
        ts.isParameter(node) ||
        // `{ user }` takes a name that somebody else gave.
        (ts.isBindingElement(node) && node.propertyName !== undefined))
    ) {
      names.push(name.text);
    }
    ts.forEachChild(node, visit);
  };
  visit(tree);
  return names;
}
