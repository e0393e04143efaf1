namespace Toolkit.Tests.Laws

open System
open System.Collections
open System.Globalization
open System.Runtime.CompilerServices
open System.Text.RegularExpressions
open Expecto

/// How a failing test and a case's name write a value: on one line, numbers with all their digits.
module Shown =
    let private most = 40

    /// The text of a value.
    let rec text (value: obj | null) : string =
        match value with
        | null -> "null"
        | :? string as s -> "\"" + s.Replace("\n", "\\n").Replace("\t", "\\t") + "\""
        | :? float as x -> x.ToString("R", CultureInfo.InvariantCulture)
        | :? float32 as x -> x.ToString("R", CultureInfo.InvariantCulture)
        | :? ITuple as tuple -> "(" + String.Join(", ", Seq.init tuple.Length (fun i -> text tuple[i])) + ")"
        | :? IEnumerable as items ->
            let first = items |> Seq.cast<obj | null> |> Seq.truncate (most + 1) |> Seq.map text |> List.ofSeq
            "[" + String.Join("; ", List.truncate most first) + (if first.Length > most then "; …]" else "]")
        | other -> Regex.Replace($"%A{other}", @"\s+", " ")

/// What a test may claim. A claim that does not hold fails the test with what was expected and what was found; equality
/// is structural, and NaN equals NaN.
[<AbstractClass; Sealed>]
type Assert =

    static member private AreEqual(a: 'T, b: 'T) : bool = LanguagePrimitives.GenericEqualityERComparer.Equals(box a, box b)

    /// Fails.
    static member Fail(why: string) : unit = failtest why

    /// `condition` holds.
    static member True(condition: bool, message: string) : unit = if not condition then failtest message

    /// `condition` holds.
    static member True(condition: bool) : unit = Assert.True(condition, "expected true, found false")

    /// `condition` does not hold.
    static member False(condition: bool, message: string) : unit = if condition then failtest message

    /// `condition` does not hold.
    static member False(condition: bool) : unit = Assert.False(condition, "expected false, found true")

    /// The two are equal.
    static member Equal<'T>(expected: 'T, actual: 'T) : unit =
        if not (Assert.AreEqual(expected, actual)) then
            failtest $"expected {Shown.text expected}, found {Shown.text actual}"

    /// The two texts are equal.
    static member Equal(expected: string | null, actual: string | null) : unit =
        if not (String.Equals(expected, actual)) then failtest $"expected {Shown.text expected}, found {Shown.text actual}"

    /// The two have equal items in the same order.
    static member Equal<'T>(expected: 'T seq, actual: 'T seq) : unit =
        let expected, actual = Array.ofSeq expected, Array.ofSeq actual

        if expected.Length <> actual.Length then
            failtest
                $"expected {expected.Length} items, found {actual.Length}: {Shown.text expected} against {Shown.text actual}"

        for i in 0 .. expected.Length - 1 do
            if not (Assert.AreEqual(expected[i], actual[i])) then
                failtest $"item {i}: expected {Shown.text expected[i]}, found {Shown.text actual[i]}"

    /// The two numbers differ by at most `tolerance`.
    static member Equal(expected: float, actual: float, tolerance: float) : unit =
        if not (expected.Equals actual || abs (expected - actual) <= tolerance) then
            failtest $"expected {Shown.text expected} within {Shown.text tolerance}, found {Shown.text actual}"

    /// The two numbers differ by at most `tolerance`.
    static member Equal(expected: float32, actual: float32, tolerance: float32) : unit =
        if not (expected.Equals actual || abs (expected - actual) <= tolerance) then
            failtest $"expected {Shown.text expected} within {Shown.text tolerance}, found {Shown.text actual}"

    /// The two are not equal.
    static member NotEqual<'T>(expected: 'T, actual: 'T) : unit =
        if Assert.AreEqual(expected, actual) then failtest $"expected anything but {Shown.text expected}"

    /// The two differ in length or in an item.
    static member NotEqual<'T>(expected: 'T seq, actual: 'T seq) : unit =
        Assert.NotEqual<'T list>(List.ofSeq expected, List.ofSeq actual)

    /// low ≤ actual ≤ high.
    static member InRange<'T when 'T: comparison>(actual: 'T, low: 'T, high: 'T) : unit =
        if not (low <= actual && actual <= high) then
            failtest $"expected a value from {Shown.text low} to {Shown.text high}, found {Shown.text actual}"

    /// There is nothing.
    static member Null(value: obj | null) : unit =
        if not (isNull value) then failtest $"expected nothing, found {Shown.text value}"

    /// There is something.
    static member NotNull(value: obj | null) : unit = if isNull value then failtest "found nothing"

    /// The two are one object.
    static member Same(expected: obj, actual: obj) : unit =
        if not (Object.ReferenceEquals(expected, actual)) then
            failtest $"expected the same object, found another one: {Shown.text actual}"

    /// `value` is of exactly this type: it, so typed.
    static member IsType<'T>(value: obj) : 'T =
        if value.GetType() <> typeof<'T> then failtest $"expected a {typeof<'T>.Name}, found a {value.GetType().Name}"
        unbox<'T> value

    /// There are no items.
    static member Empty(items: IEnumerable) : unit =
        if not (Seq.isEmpty (Seq.cast<obj> items)) then failtest $"expected no items, found {Shown.text items}"

    /// There are items.
    static member NotEmpty(items: IEnumerable) : unit = if Seq.isEmpty (Seq.cast<obj> items) then failtest "found no items"

    /// There is one item: it.
    static member Single<'T>(items: 'T seq) : 'T =
        match List.ofSeq items with
        | [ item ] -> item
        | other -> failtest $"expected one item, found {other.Length}: {Shown.text other}"

    /// `claim` holds for every item.
    static member All<'T>(items: 'T seq, claim: Action<'T>) : unit =
        items
        |> Seq.iteri (fun i item ->
            try
                claim.Invoke item
            with :? AssertException as e ->
                failtest $"item {i}, {Shown.text item}: {e.Message}")

    static member private Text(text: string | null) : string =
        match text with
        | null -> failtest "expected a text, found none"
        | text -> text

    /// `part` is in the text.
    static member Contains(part: string, text: string | null) : unit =
        let text = Assert.Text text
        if not (text.Contains(part, StringComparison.Ordinal)) then
            failtest $"expected {Shown.text part} in {Shown.text text}"

    /// `item` is among the items.
    static member Contains<'T>(item: 'T, items: 'T seq) : unit =
        if not (items |> Seq.exists (fun other -> Assert.AreEqual(item, other))) then
            failtest $"expected {Shown.text item} in {Shown.text items}"

    /// Some item is as wanted.
    static member Contains<'T>(items: 'T seq, wanted: Predicate<'T>) : unit =
        if not (items |> Seq.exists wanted.Invoke) then failtest $"none is as wanted in {Shown.text items}"

    /// `part` is not in the text.
    static member DoesNotContain(part: string, text: string | null) : unit =
        let text = Assert.Text text
        if text.Contains(part, StringComparison.Ordinal) then
            failtest $"expected no {Shown.text part} in {Shown.text text}"

    /// `item` is not among the items.
    static member DoesNotContain<'T>(item: 'T, items: 'T seq) : unit =
        if items |> Seq.exists (fun other -> Assert.AreEqual(item, other)) then
            failtest $"expected no {Shown.text item} in {Shown.text items}"

    /// The text starts with `start`.
    static member StartsWith(start: string, text: string | null) : unit =
        let text = Assert.Text text
        if not (text.StartsWith(start, StringComparison.Ordinal)) then
            failtest $"expected {Shown.text start} at the start of {Shown.text text}"

    /// The text ends with `ending`.
    static member EndsWith(ending: string, text: string | null) : unit =
        let text = Assert.Text text
        if not (text.EndsWith(ending, StringComparison.Ordinal)) then
            failtest $"expected {Shown.text ending} at the end of {Shown.text text}"

    /// The regular expression is found in the text.
    static member Matches(pattern: string, text: string | null) : unit =
        let text = Assert.Text text
        if not (Regex.IsMatch(text, pattern)) then failtest $"expected {pattern} in {Shown.text text}"

    static member private Thrown(action: Action, wanted: Type) : exn =
        let thrown =
            try
                action.Invoke()
                None
            with e ->
                Some e

        match thrown with
        | Some e -> e
        | None -> failtest $"expected a {wanted.Name}, nothing was thrown"

    /// `action` throws exactly this type of exception: it.
    static member Throws<'E when 'E :> exn>(action: Action) : 'E =
        let e = Assert.Thrown(action, typeof<'E>)
        if e.GetType() <> typeof<'E> then failtest $"expected a {typeof<'E>.Name}, found {e}"
        downcast e

    /// `action` throws this type of exception or one derived from it: it.
    static member ThrowsAny<'E when 'E :> exn>(action: Action) : 'E =
        match Assert.Thrown(action, typeof<'E>) with
        | :? 'E as e -> e
        | e -> failtest $"expected a {typeof<'E>.Name}, found {e}"

/// Tests that are one claim about several rows.
[<AutoOpen>]
module Cases =
    /// A test for each row; the row is its name.
    let testCases (name: string) (rows: 'a list) (test: 'a -> unit) : Test =
        testList name [ for row in rows -> testCase (Shown.text row) (fun () -> test row) ]
