#!/usr/bin/env python3
"""Finds coroutines that g++ 12 compiles wrongly, without a word.

    check.py BUILD       in all sources that the build in BUILD compiles
    check.py --samples   in samples.cpp: exactly the lines marked there

It asks clang for its syntax tree (clang-query), so neither templates, nor
default arguments, nor the layout of the lines hide anything. What to write
instead is in 06-coroutines/README.md.
"""
import concurrent.futures
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[2]

# They show symmetric transfer, and where it overflows the stack. Both programs
# of an exercise are written by the build.
TRANSFER_IS_SHOWN = (
    "06-coroutines/symmetric.hpp",
    "book/exercises/06-way-back/starter.cpp",
    "book/exercises/06-way-back/solution.cpp",
)

# The rules, in the words of clang's ASTMatchers.
MATCHERS = r"""
let awaits expr(anyOf(coawaitExpr(), coyieldExpr(), hasDescendant(coawaitExpr()), hasDescendant(coyieldExpr())))
let ours unless(isExpansionInSystemHeader())
let whole exprWithCleanups(awaits, ours)
let aggregate cxxBindTemporaryExpr(has(initListExpr()))
let defaulted callExpr(callee(functionDecl(hasAnyParameter(hasInitializer(anyOf(aggregate, hasDescendant(aggregate)))))), hasDescendant(cxxDefaultArgExpr()))
let class hasType(hasUnqualifiedDesugaredType(recordType()))
let copies has(cxxRecordDecl(has(fieldDecl(unless(hasType(referenceType())), unless(hasType(pointerType()))))))
let coroutine cxxMethodDecl(hasName("operator()"), isDefinition(), unless(hasBody(compoundStmt())))

condition: stmt(ours, anyOf(ifStmt(hasCondition(awaits)), whileStmt(hasCondition(awaits)), doStmt(hasCondition(awaits)), forStmt(hasCondition(awaits)), switchStmt(hasCondition(awaits))))
condition: stmt(ours, anyOf(ifStmt(hasConditionVariableStatement(hasDescendant(awaits))), whileStmt(has(declStmt(hasDescendant(awaits)))), switchStmt(has(declStmt(hasDescendant(awaits))))))
aggregate: exprWithCleanups(whole, hasDescendant(aggregate))
aggregate: exprWithCleanups(whole, hasDescendant(defaulted))
lambda: exprWithCleanups(whole, hasDescendant(lambdaExpr(copies)))
lambda: lambdaExpr(ours, has(cxxRecordDecl(has(fieldDecl()), anyOf(has(coroutine), has(functionTemplateDecl(has(coroutine)))))))
choice: exprWithCleanups(whole, hasDescendant(conditionalOperator(class)))
list: exprWithCleanups(whole, hasDescendant(cxxStdInitializerListExpr()))
transfer: cxxMethodDecl(ours, hasName("await_suspend"), returns(hasDeclaration(cxxRecordDecl(hasName("coroutine_handle")))))
"""


def script():
    """What clang-query reads, and the rule of each of its matches."""
    lines, rules = ["set output diag", "set traversal AsIs"], []
    for line in filter(None, MATCHERS.splitlines()):
        if line.startswith("let "):
            lines.append(line)
        else:
            rule, matcher = line.split(": ", 1)
            rules.append(rule)
            lines.append("match " + matcher)
    return "\n".join(lines) + "\n", rules


def clang_query():
    for name in ("clang-query", "clang-query-14"):
        if shutil.which(name):
            return name
    sys.exit("check.py needs clang-query (clang-tools)")


def faults_in(source, *arguments):
    """(file, line, rule) for each fault; the files are those of ROOT."""
    text, rules = script()
    done = subprocess.run(
        [clang_query(), "-f", "/dev/stdin", source, *arguments], input=text,
        capture_output=True, text=True, cwd=ROOT)
    # Each `match` ends with a line like "2 matches."
    parts = re.split(r"^\d+ match(?:es)?\.$", done.stdout, flags=re.M)
    if done.returncode != 0 or "rror:" in done.stderr + done.stdout \
            or len(parts) != len(rules) + 1:
        sys.exit(f"clang-query on {source}:\n{done.stderr}{done.stdout}")
    faults = set()
    for rule, part in zip(rules, parts):
        for file, line in re.findall(r'^(.+?):(\d+):\d+: note: "root"', part,
                                     flags=re.M):
            path = pathlib.Path(os.path.normpath(ROOT / file))
            if path.is_relative_to(ROOT):
                file = str(path.relative_to(ROOT))
                if rule != "transfer" or not file.endswith(TRANSFER_IS_SHOWN):
                    faults.add((file, int(line), rule))
    return faults


def check_samples():
    path = HERE / "samples.cpp"
    marked = set()
    for number, line in enumerate(path.read_text().splitlines(), 1):
        if found := re.search(r"// forbidden: (\w+)", line):
            marked.add((str(path.relative_to(ROOT)), number, found[1]))
    found = faults_in(str(path), "--", "-std=c++20", f"-I{ROOT}")
    for file, line, rule in sorted(marked ^ found):
        what = "is not found" if (file, line, rule) in marked else "is none"
        print(f"{file}:{line}: {rule}: {what}")
    print(f"{len(marked & found)} of {len(marked)} samples found")
    return 1 if marked != found else 0


def check_sources(build):
    commands = json.loads((build / "compile_commands.json").read_text())
    sources = sorted({os.path.normpath(pathlib.Path(c["directory"], c["file"]))
                      for c in commands})
    # No coroutine is made without these words, here or in what is included. A
    # source that the build makes itself is not there yet.
    sources = [s for s in sources if os.path.exists(s) and re.search(
        "co_await|co_return|co_yield|06-coroutines|07-chat",
        s.removeprefix(str(ROOT)) + pathlib.Path(s).read_text())]
    if not sources:
        sys.exit(f"{build} compiles no coroutines")
    faults = set()
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for found in pool.map(lambda s: faults_in(s, "-p", str(build)),
                              sources):
            faults |= found
    for file, line, rule in sorted(faults):
        print(f"{file}:{line}: g++ 12 compiles this wrongly: {rule}")
    print(f"{len(sources)} sources, {len(faults)} faults")
    return 1 if faults else 0


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    if sys.argv[1] == "--samples":
        return check_samples()
    return check_sources(pathlib.Path(sys.argv[1]).resolve())


sys.exit(main())
