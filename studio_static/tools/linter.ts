/**
 * amazon-states-language-service reads YAML too, with a language server and a formatter of 7.8 MB. The Studio lints JSON
 * only, so those two modules are replaced by empty ones.
 */
import type { Plugin } from "vite";

const YAML = /amazon-states-language-service[\\/]out[\\/]yaml[\\/](aslYamlLanguageService|yamlUtils)\.js$/;

export function linterWithoutYaml(): Plugin {
  return {
    name: "automate:linter-without-yaml",
    enforce: "pre",
    load(id) {
      return YAML.test(id.split("?")[0] ?? "") ? "module.exports = {};" : null;
    },
  };
}
