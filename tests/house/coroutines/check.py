#!/usr/bin/env python3
"""Finds coroutines that g++ 12 compiles wrongly, without a word.

    check.py BUILD       in all sources that the build in BUILD compiles
    check.py --samples   in samples.cpp: exactly the lines marked there

It asks clang for its syntax tree (clang-query), so neither templates, nor
default arguments, nor the layout of the lines hide anything. What to write
instead is in 06-coroutines/README.md.
"""
import concurrent.futures
import functools
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
let whole exprWithCleanups(awaits)
let aggregate cxxBindTemporaryExpr(has(initListExpr()))
let defaulted callExpr(callee(functionDecl(hasAnyParameter(hasInitializer(anyOf(aggregate, hasDescendant(aggregate)))))), hasDescendant(cxxDefaultArgExpr()))
let class hasType(hasUnqualifiedDesugaredType(recordType()))
let copies has(cxxRecordDecl(has(fieldDecl(unless(hasType(referenceType())), unless(hasType(pointerType()))))))
let coroutine cxxMethodDecl(hasName("operator()"), isDefinition(), unless(hasBody(compoundStmt())))

condition: anyOf(ifStmt(hasCondition(awaits)), whileStmt(hasCondition(awaits)), doStmt(hasCondition(awaits)), forStmt(hasCondition(awaits)), switchStmt(hasCondition(awaits)))
condition: anyOf(ifStmt(hasConditionVariableStatement(hasDescendant(awaits))), whileStmt(has(declStmt(hasDescendant(awaits)))), switchStmt(has(declStmt(hasDescendant(awaits)))))
aggregate: exprWithCleanups(whole, hasDescendant(aggregate))
aggregate: exprWithCleanups(whole, hasDescendant(defaulted))
lambda: exprWithCleanups(whole, hasDescendant(lambdaExpr(copies)))
lambda: lambdaExpr(has(cxxRecordDecl(has(fieldDecl()), anyOf(has(coroutine), has(functionTemplateDecl(has(coroutine)))))))
choice: exprWithCleanups(whole, hasDescendant(conditionalOperator(class)))
list: exprWithCleanups(whole, hasDescendant(cxxStdInitializerListExpr()))
"""
TRANSFER = """cxxMethodDecl(ours, hasName("await_suspend"), returns(hasDeclaration(cxxRecordDecl(hasName("coroutine_handle")))))"""


def script():
    """What clang-query reads: all rules at once, for each `match` walks through
    all that is included."""
    lines = filter(None, MATCHERS.splitlines())
    lets, rules = ["set output diag", "set bind-root false",
                   "set traversal AsIs"], []
    for line in lines:
        if line.startswith("let "):
            lets.append(line)
        else:
            rule, matcher = line.split(": ", 1)
            rules.append(f'stmt({matcher}).bind("{rule}")')
    return "\n".join([*lets,
                      f"match stmt(ours, eachOf({', '.join(rules)}))",
                      f'match {TRANSFER}.bind("transfer")', ""])


def clang_query():
    for name in ("clang-query", "clang-query-14"):
        if shutil.which(name):
            return name
    sys.exit("check.py needs clang-query (clang-tools)")


def faults_in(source, *arguments):
    """(file, line, rule) for each fault; the files are those of ROOT."""
    done = subprocess.run(
        [clang_query(), "-f", "/dev/stdin", source, *arguments],
        input=script(), capture_output=True, text=True, cwd=ROOT)
    # Each `match` ends with a line like "2 matches."
    ends = re.findall(r"^\d+ match(?:es)?\.$", done.stdout, flags=re.M)
    if done.returncode != 0 or "rror:" in done.stderr + done.stdout \
            or len(ends) != 2:
        sys.exit(f"clang-query on {source}:\n{done.stderr}{done.stdout}")
    faults = set()
    for file, line, rule in re.findall(
            r'^(.+?):(\d+):\d+: note: "(\w+)" binds here', done.stdout,
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


@functools.cache
def read(path):
    return pathlib.Path(path).read_text()


def with_includes(source):
    """The files that it is made of, as far as they are the project's."""
    files, found = [source], {source}
    for file in files:
        for name in re.findall(r'^#\s*include\s*"(.+?)"', read(file), re.M):
            for folder in (ROOT, pathlib.Path(file).parent):
                path = os.path.normpath(folder / name)
                if path not in found and os.path.exists(path):
                    found.add(path)
                    files.append(path)
    return files


def can_have_coroutines(source):
    """No coroutine is made without these words, here or in what is included."""
    return any(re.search("co_await|co_return|co_yield|await_suspend", read(f))
               for f in with_includes(source))


def check_sources(build):
    commands = json.loads((build / "compile_commands.json").read_text())
    sources = sorted({os.path.normpath(pathlib.Path(c["directory"], c["file"]))
                      for c in commands})
    # A source that the build makes itself is not there yet.
    sources = [s for s in sources if os.path.exists(s)
               and can_have_coroutines(s)]
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
