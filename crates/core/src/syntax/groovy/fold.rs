//! Operands and the operators between them to one expression.

use super::{Assign, Expr};

/// An expression that says nothing.
pub(super) const EMPTY: Expr<'static> = Expr::Other(Vec::new());

/// What stands between two operands.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Operator {
    Assign,
    AddAssign,
    Plus,
    /// `?`
    Then,
    /// `:`
    Else,
    /// `?:`
    Elvis,
    Other,
}

/// One expression of the operands between these operators.
pub(super) fn fold<'t>(mut operands: Vec<Expr<'t>>, operators: &[Operator], declares: bool) -> Expr<'t> {
    let is_assign = |operator: &Operator| matches!(operator, Operator::Assign | Operator::AddAssign);
    let Some(last) = operators.iter().rposition(is_assign) else { return fold_value(operands, operators) };
    let value = fold_value(
        operands.split_off((last + 1).min(operands.len())),
        operators.get(last + 1..).unwrap_or_default(),
    );
    // Operands in front that are no targets are parts of a type.
    let is_target = |at: &usize| operators.get(*at).is_some_and(is_assign);
    let targets = operands.into_iter().enumerate().filter(|(at, _)| is_target(at)).map(|(_, target)| target);
    let adds = operators.get(last) == Some(&Operator::AddAssign);
    Expr::Assign(Box::new(Assign { targets: targets.collect(), value, adds, declares }))
}

fn fold_value<'t>(mut operands: Vec<Expr<'t>>, operators: &[Operator]) -> Expr<'t> {
    if operators.is_empty() && operands.len() == 1 {
        return operands.pop().unwrap_or(EMPTY);
    }
    if operators.iter().all(|operator| *operator == Operator::Plus) {
        return Expr::Sum(operands);
    }
    if !operators.iter().any(|operator| matches!(operator, Operator::Then | Operator::Elvis)) {
        return Expr::Other(operands);
    }
    let (mut conditions, mut values) = (Vec::new(), Vec::new());
    let mut run = Vec::new();
    let mut run_operators = Vec::new();
    for (at, operand) in operands.into_iter().enumerate() {
        run.push(operand);
        match operators.get(at) {
            Some(operator @ (Operator::Plus | Operator::Other)) => run_operators.push(*operator),
            operator => {
                let part = fold_value(std::mem::take(&mut run), &std::mem::take(&mut run_operators));
                if operator == Some(&Operator::Then) { conditions.push(part) } else { values.push(part) }
            }
        }
    }
    Expr::Choice { conditions, values }
}
