//! Scripts to commands: [`lower`] makes the flat list of simple commands that a shell script runs.

mod builtin;
mod expand;
mod scope;
#[cfg(test)]
mod tests;
mod wrapper;

use std::sync::Arc;

use crate::files::file_name;
use crate::model::{Command, Input, Joined, Place, Value, Var};
use crate::source::{Span, Text};
use crate::syntax::shell::{
    self, Branch, Document, Kind, Link, MAX_DEPTH, Parser, Redirect, Simple, Statement,
};
use expand::{Argument, assigned, expand, expand_one};
use wrapper::{Runs, Under};

pub use scope::{ENGINE_VARIABLES, Scope};

/// How much of the allowed depth a script inside a script takes up, since it is read from its start again.
const SCRIPT_DEPTH: usize = 8;

/// The commands of `text` in the order written, with the variables of `scope` filled in. What the script assigns is in
/// `scope` afterwards. `script` is the number that its commands are given.
pub fn lower(text: &Text, scope: &mut Scope, script: u32) -> Vec<Command> {
    scope.allow(text.len());
    let mut lowering = Lowering { scope, script, commands: Vec::new(), piped: None };
    lowering.script(text, &Context::default());
    lowering.commands
}

/// The commands that the words of one command line run, wrappers and shells taken off: of an exec-form instruction, a
/// container's command, what follows the image of a `docker run`. Variables in the words are not filled in.
pub fn lower_words(words: &[Value], scope: &mut Scope, script: u32, place: Place) -> Vec<Command> {
    scope.allow(words.iter().map(|word| word.text.len()).sum());
    let (Some(first), Some(last)) = (words.first(), words.last()) else { return Vec::new() };
    let arguments = words.iter().map(|value| Argument { value: value.clone(), word: None }).collect();
    let line = Line { span: first.span.to(last.span), ..Line::default() };
    let mut lowering = Lowering { scope, script, commands: Vec::new(), piped: None };
    lowering.run(arguments, &line, &Context { place, ..Context::default() });
    lowering.commands
}

/// The words of a setting that holds one command line, by the rules of quoting, with the variables of `scope` filled in.
pub fn split_words(text: &Text, scope: &mut Scope) -> Vec<Value> {
    scope.allow(text.len());
    let mut out = Vec::new();
    let words = shell::split(text);
    for word in &words {
        expand(scope, word, true, &mut out);
    }
    out.into_iter().map(|argument| argument.value).collect()
}

/// Whether a script names an interpreter in its first line that is no shell.
pub fn is_foreign(script: &str) -> bool {
    let Some(line) = script.strip_prefix("#!").and_then(|rest| rest.lines().next()) else { return false };
    let mut words = line.split_whitespace().map(file_name);
    let program = words.find(|word| *word != "env" && !word.starts_with('-') && !word.contains('='));
    !program
        .is_some_and(|program| matches!(program, "sh" | "bash" | "ash" | "dash" | "zsh" | "ksh" | "busybox"))
}

struct Lowering<'s> {
    scope: &'s mut Scope,
    script: u32,
    commands: Vec<Command>,
    /// What the statement before a pipe writes, where the text shows it.
    piped: Option<Text>,
}

/// What holds for all statements of a list.
#[derive(Clone, Default)]
struct Context {
    place: Place,
    /// How the first command hangs on what is before the list, and how those that follow it hang on each other.
    joined: Joined,
    next: Joined,
    conditional: bool,
    quoted: bool,
    sudo: bool,
    input: Option<Arc<Input>>,
    /// Engine variables set in front of the command that runs the list.
    variables: Vec<Var>,
    depth: usize,
}

/// One simple command before its words are read.
#[derive(Default)]
struct Line<'w> {
    span: Span,
    /// Assignments in front, then the command's words.
    simple: Option<&'w Simple>,
    redirects: &'w [Redirect],
    documents: &'w [Document],
    /// The assignments in front.
    variables: Vec<Var>,
    /// It is followed by a pipe.
    piped: bool,
    /// What is piped into it, where that is known.
    piped_in: Option<Text>,
}

impl Line<'_> {
    /// Whether what it reads as its input stands in the words of a command: piped in from one, or after `<<<`.
    fn is_quoted_input(&self) -> bool {
        self.piped_in.is_some() || self.redirects.iter().any(|one| matches!(one, Redirect::HereString(_)))
    }
}

/// The state of a list between two statements.
#[derive(Default)]
struct List {
    started: bool,
    /// After `&&` or `||`.
    conditional: bool,
    /// The first statement of the `&&`/`||` chain is a test.
    test: bool,
    /// What the chain assigns may not happen.
    branch: bool,
}

impl Lowering<'_> {
    fn script(&mut self, text: &Text, context: &Context) {
        let mut parser = Parser::new(text, context.depth);
        let mut list = List::default();
        while let Some(statement) = parser.next_statement() {
            self.statement(&statement, parser.documents(), &mut list, context);
        }
        self.end_chain(&mut list);
        if context.depth == 0 {
            self.scope.note(parser.into_errors());
        }
    }

    fn list(&mut self, statements: &[Statement], documents: &[Document], context: &Context) {
        let context = Context { depth: context.depth + 1, ..context.clone() };
        let mut list = List::default();
        for statement in statements {
            self.statement(statement, documents, &mut list, &context);
        }
        self.end_chain(&mut list);
    }

    /// A list that may not run; gives what it changed.
    fn branch(
        &mut self,
        statements: &[Statement],
        documents: &[Document],
        context: &Context,
    ) -> scope::Changes {
        self.scope.enter();
        self.list(statements, documents, &Context { conditional: true, ..context.clone() });
        self.scope.leave()
    }

    fn end_chain(&mut self, list: &mut List) {
        list.conditional = false;
        if std::mem::take(&mut list.branch) {
            let changes = self.scope.leave();
            self.scope.merge(vec![changes], false);
        }
    }

    fn statement(
        &mut self,
        statement: &Statement,
        documents: &[Document],
        list: &mut List,
        context: &Context,
    ) {
        match statement.link {
            Link::Next => {
                self.end_chain(list);
                list.test = is_test(statement);
            }
            Link::And | Link::Or => {
                list.conditional = true;
                if !list.branch && (list.test || statement.link == Link::Or) {
                    list.branch = true;
                    self.scope.enter();
                }
            }
            Link::Pipe => {}
        }
        let started = std::mem::replace(&mut list.started, true);
        let mut inner = Context {
            joined: match statement.link {
                Link::Next if started => context.next,
                Link::Next => context.joined,
                Link::And => Joined::And,
                Link::Or => Joined::Or,
                Link::Pipe => Joined::Pipe,
            },
            conditional: context.conditional || list.conditional,
            ..context.clone()
        };
        if started && matches!(inner.input.as_deref(), Some(Input::Document(_))) {
            // The list's first command has read it.
            inner.input = None;
        }
        let piped_in = self.piped.take().filter(|_| statement.link == Link::Pipe);
        if statement.link == Link::Pipe {
            inner.input = Some(Arc::new(Input::Pipe));
        }
        self.redirected_input(&statement.redirects, documents, &mut inner);
        // What a part of a pipe assigns ends with it.
        let apart = statement.link == Link::Pipe || statement.piped;
        if apart {
            self.scope.enter();
        }
        if let Kind::Simple(simple) = &statement.kind {
            self.simple(statement, simple, documents, piped_in, &inner);
        } else {
            self.substitutions_of_redirects(&statement.redirects, documents, &inner);
            self.compound(statement, documents, inner);
        }
        if apart {
            self.scope.leave();
        }
        if !statement.piped {
            self.piped = None;
        }
    }

    fn redirected_input(&mut self, redirects: &[Redirect], documents: &[Document], context: &mut Context) {
        for redirect in redirects {
            match redirect {
                Redirect::Input(_) => context.input = Some(Arc::new(Input::File)),
                Redirect::HereString(word) => {
                    let text = expand_one(self.scope, word).text;
                    context.input = Some(Arc::new(Input::Document(text.into())));
                }
                Redirect::Document(index) => {
                    let text = documents.get(*index).map(|document| document.text.clone());
                    context.input = Some(Arc::new(Input::Document(text.unwrap_or_default().into())));
                }
                Redirect::Other(_) => {}
            }
        }
    }

    fn compound(&mut self, statement: &Statement, documents: &[Document], mut context: Context) {
        if matches!(context.input.as_deref(), Some(Input::Document(_))) {
            // Which of the commands reads the document is not told, and each would hold a copy.
            context.input = Some(Arc::new(Input::File));
        }
        match &statement.kind {
            Kind::Simple(_) | Kind::Arithmetic => {}
            Kind::Subshell(statements) => {
                self.scope.enter();
                self.list(statements, documents, &context);
                self.scope.leave();
            }
            Kind::Group(statements) => self.list(statements, documents, &context),
            Kind::If { branches, otherwise } => {
                let mut changes = Vec::new();
                for Branch { condition, body } in branches {
                    self.list(condition, documents, &context);
                    context.joined = context.next;
                    context.conditional = true;
                    changes.push(self.branch(body, documents, &context));
                }
                if let Some(body) = otherwise {
                    changes.push(self.branch(body, documents, &context));
                }
                self.scope.merge(changes, otherwise.is_some());
            }
            Kind::While(Branch { condition, body }) => {
                self.list(condition, documents, &context);
                context.joined = context.next;
                let changes = self.branch(body, documents, &context);
                self.scope.merge(vec![changes], false);
            }
            Kind::For { variable, variable_span, words, body } => {
                let value = self.choices(words, &context);
                self.scope.enter();
                if !variable.is_empty() {
                    self.scope.assign(variable, *variable_span, value);
                }
                self.list(body, documents, &Context { conditional: true, ..context });
                let changes = self.scope.leave();
                self.scope.merge(vec![changes], false);
            }
            Kind::Case { subject, arms } => {
                self.substitutions(subject, &context);
                let changes = arms.iter().map(|arm| self.branch(arm, documents, &context)).collect();
                self.scope.merge(changes, false);
            }
            Kind::Function { body, .. } => {
                let Some(body) = body.as_deref() else { return };
                let changes = self.branch(std::slice::from_ref(body), documents, &context);
                self.scope.merge(vec![changes], false);
            }
        }
    }

    /// The value of a loop's variable: one of the loop's words.
    fn choices(&mut self, words: &[shell::Word], context: &Context) -> Option<Value> {
        let mut arguments = Vec::new();
        for word in words {
            self.substitutions(word, context);
            expand(self.scope, word, true, &mut arguments);
        }
        let mut values = arguments.into_iter().map(|argument| argument.value);
        let mut first = values.next()?;
        for value in values {
            scope::join(&mut first, &value);
            first.span = first.span.to(value.span);
        }
        Some(first)
    }

    fn simple(
        &mut self,
        statement: &Statement,
        simple: &Simple,
        documents: &[Document],
        piped_in: Option<Text>,
        context: &Context,
    ) {
        let (assignments, words) = simple.words.split_at(simple.assignments.min(simple.words.len()));
        let mut arguments = Vec::with_capacity(words.len());
        for word in words {
            let declares = word.assignment.is_some()
                && arguments
                    .first()
                    .is_some_and(|first: &Argument<'_>| builtin::declares(first.value.as_str()));
            expand(self.scope, word, !declares, &mut arguments);
        }
        if arguments.is_empty() {
            for word in simple.words.iter() {
                self.nested(word, &Context { input: None, ..context.clone() });
            }
            self.substitutions_of_redirects(&statement.redirects, documents, context);
            for word in assignments {
                self.assign(word, false);
            }
            return;
        }
        let mut variables = Vec::new();
        for word in assignments {
            let Some(assignment) = &word.assignment else { continue };
            variables.push(Var {
                name: assignment.name.clone(),
                name_span: assignment.name_span,
                value: assigned(self.scope, word, assignment),
            });
        }
        let line = Line {
            span: statement.span,
            simple: Some(simple),
            redirects: &statement.redirects,
            documents,
            variables,
            piped: statement.piped,
            piped_in,
        };
        self.run(arguments, &line, context);
    }

    /// Emits what a command runs: itself, or what is under the wrappers that it starts with.
    fn run(&mut self, mut arguments: Vec<Argument<'_>>, line: &Line<'_>, context: &Context) {
        let mut variables = line.variables.clone();
        let mut sudo = context.sudo;
        let mut start = 0;
        let mut replaced = false;
        let input = match context.input.as_deref() {
            Some(Input::Document(text)) => Some(&**text),
            _ => line.piped_in.as_ref(),
        };
        let script = loop {
            if !replaced && let Some(words) = self.alias(arguments.get(start)) {
                replaced = true;
                arguments.splice(start..=start, words);
                continue;
            }
            let rest = arguments.get(start..).unwrap_or_default();
            match wrapper::under(rest, input, &mut variables) {
                Some(Under::Command(words)) => {
                    sudo |= rest.first().is_some_and(|word| is_sudo(word.value.as_str()));
                    start += words.max(1);
                }
                Some(Under::Script(script)) if context.depth + SCRIPT_DEPTH < MAX_DEPTH => {
                    break Some(script);
                }
                _ => break None,
            }
        };
        let rest = arguments.get(start..).unwrap_or_default();
        let taken = script.as_ref().and_then(|script| rest.get(script.from..script.to)).unwrap_or_default();
        self.substitutions_of_line(
            line,
            taken,
            script.as_ref().is_some_and(|script| script.from_input),
            context,
        );
        let Some(script) = script else {
            if line.piped {
                self.piped = wrapper::output(rest, context.input.as_deref());
            }
            let engine_env = self.engine_env(&variables, context);
            self.builtin(rest, line);
            if !self.scope.count(line.span) {
                return;
            }
            self.commands.push(Command {
                words: arguments.into_iter().skip(start).map(|argument| argument.value).collect(),
                span: line.span,
                place: context.place,
                joined: context.joined,
                script: self.script,
                sudo,
                input: context.input.as_deref().cloned(),
                engine_env,
                conditional: context.conditional,
                quoted: context.quoted,
                unwritten: false,
            });
            return;
        };
        let inner = Context {
            place: if script.runs == Runs::Elsewhere { Place::Elsewhere } else { context.place },
            conditional: context.conditional || script.runs == Runs::Perhaps,
            quoted: context.quoted || !script.from_input || line.is_quoted_input(),
            sudo,
            input: context.input.clone().filter(|_| !script.from_input),
            variables: engine_variables(&context.variables, &variables),
            depth: context.depth + SCRIPT_DEPTH,
            ..context.clone()
        };
        if script.runs == Runs::Here {
            return self.script(&script.text, &inner);
        }
        self.scope.enter();
        for variable in variables {
            self.scope.assign(&variable.name, variable.name_span, Some(variable.value));
        }
        self.script(&script.text, &inner);
        self.scope.leave();
    }

    /// The engine's variables for a command that has `variables` in front of it.
    fn engine_env(&mut self, variables: &[Var], context: &Context) -> Arc<[Var]> {
        let exported = match context.place {
            Place::Elsewhere => Arc::default(),
            _ => self.scope.engine_env(),
        };
        let own = engine_variables(&context.variables, variables);
        if own.is_empty() { exported } else { engine_variables(&exported, &own).into() }
    }

    /// Emits the commands of substitutions in a command's words, except those of a script that is read by itself.
    fn substitutions_of_line(
        &mut self,
        line: &Line<'_>,
        taken: &[Argument<'_>],
        input_taken: bool,
        context: &Context,
    ) {
        let mut taken = taken.iter().filter_map(Argument::unexpanded).peekable();
        for word in line.simple.into_iter().flat_map(|simple| &simple.words) {
            if taken.next_if(|taken| std::ptr::eq(*taken, word)).is_none() {
                self.substitutions(word, context);
            }
        }
        if !input_taken {
            self.substitutions_of_redirects(line.redirects, line.documents, context);
        }
    }

    fn substitutions_of_redirects(
        &mut self,
        redirects: &[Redirect],
        documents: &[Document],
        context: &Context,
    ) {
        for redirect in redirects {
            match redirect {
                Redirect::Input(word) | Redirect::HereString(word) | Redirect::Other(word) => {
                    self.substitutions(word, context);
                }
                Redirect::Document(index) => {
                    if let Some(document) = documents.get(*index) {
                        self.substitutions(&document.word, context);
                    }
                }
            }
        }
    }

    /// Emits the commands of the substitutions in a word of the command that follows.
    fn substitutions(&mut self, word: &shell::Word, context: &Context) {
        let (joined, input) = (Joined::Substitution, None);
        self.nested(word, &Context { joined, next: joined, input, ..context.clone() });
    }

    fn nested(&mut self, word: &shell::Word, context: &Context) {
        let context = Context { quoted: context.quoted || word.quoted, ..context.clone() };
        for script in word.scripts() {
            self.scope.enter();
            self.list(&script.statements, &script.documents, &context);
            self.scope.leave();
        }
    }
}

/// The engine's variables among `variables`, which hold over those of `before`.
fn engine_variables(before: &[Var], variables: &[Var]) -> Vec<Var> {
    let set = |name: &str| variables.iter().any(|variable| variable.name == name);
    let before = before.iter().filter(|variable| !set(&variable.name));
    before.chain(variables.iter().filter(|variable| scope::is_engine(&variable.name))).cloned().collect()
}

fn is_sudo(word: &str) -> bool {
    matches!(wrapper::program(word), "sudo" | "doas")
}

fn is_test(statement: &Statement) -> bool {
    let Kind::Simple(simple) = &statement.kind else { return matches!(statement.kind, Kind::Arithmetic) };
    let first = simple.words.get(simple.assignments).map(shell::Word::written);
    first.is_some_and(|first| matches!(first.as_str(), "[" | "[[" | "test" | "grep" | "command"))
}
