/// How a law is put to the test: FsCheck draws random cases, shrinks the first one that breaks the law and prints
/// the seed; `TOOLKIT_SEED="a,b"` runs the very same cases again, `TOOLKIT_CASES=20` draws twenty times as many.
module Toolkit.Tests.Laws.Law

open System
open System.Text.RegularExpressions
open Expecto
open FsCheck
open FsCheck.FSharp

// A seed as FsCheck and Expecto print it: two numbers, and a third one where it is that of the failing case alone.
let private seed =
    match Environment.GetEnvironmentVariable "TOOLKIT_SEED" with
    | null
    | "" -> None
    | text ->
        let found = Regex.Match(text, @"^\s*\(?(\d+)(?:UL)?, *(\d+)(?:UL)?(?:, *(?:None|(?:Some )?(\d+)))?\)?\s*$")

        match UInt64.TryParse found.Groups[1].Value, UInt64.TryParse found.Groups[2].Value with
        | (true, a), (true, b) ->
            match Int32.TryParse found.Groups[3].Value with
            | true, size -> Some(a, b, Some size)
            | _ -> Some(a, b, None)
        | _ -> failwith $"TOOLKIT_SEED: expected two numbers 'a,b' as printed by a failing run, got '{text}'"

let private times =
    match Environment.GetEnvironmentVariable "TOOLKIT_CASES" with
    | null
    | "" -> 1
    | text ->
        match Int32.TryParse text with
        | true, n when n > 0 -> n
        | _ -> failwith $"TOOLKIT_CASES: expected a number of at least 1, got '{text}'"

/// Checks `law` (which throws when broken) on `count` random cases drawn from `cases`: a part of a test.
let holdsFor (count: int) (cases: Arbitrary<'a>) (law: 'a -> unit) =
    let replay = seed |> Option.map (fun (a, b, size) -> { Rnd = Rnd(a, b); Size = size })
    let config = Config.QuickThrowOnFailure.WithMaxTest(times * count).WithQuietOnSuccess(true).WithReplay(replay)

    try
        Check.One(config, Prop.forAll cases law)
    with e ->
        failtest e.Message

/// A test that checks `law` (which throws when broken) on `count` random cases drawn from `cases`.
let test (name: string) (count: int) (cases: Arbitrary<'a>) (law: 'a -> unit) : Test =
    let config =
        { FsCheckConfig.defaultConfig with
            maxTest = times * count
            startSize = 0
            replay = seed }

    testPropertyWithConfig config name (Prop.forAll cases law)

/// Checks `law` on 100 random cases.
let holds (cases: Arbitrary<'a>) (law: 'a -> unit) = holdsFor 100 cases law

/// Cases drawn by `gen`, without shrinking.
let from (gen: Gen<'a>) : Arbitrary<'a> = Arb.fromGen gen

/// The same `count` values of `gen` in every run: for cases too dear to draw anew.
let sample (count: int) (gen: Gen<'a>) : 'a[] = Gen.sampleWithSeed (Rnd 7UL) 50 count gen

/// Cases that are fully determined by one integer seed: what shrinks is the size in `sizes`, never the seed's meaning.
/// Use it where a case is a whole structure: `law` receives a System.Random and a size.
let seeded (sizes: int * int) : Arbitrary<int * int> =
    let lo, hi = sizes
    let gen = Gen.zip (Gen.choose (0, Int32.MaxValue - 1)) (Gen.choose (lo, hi))
    Arb.fromGenShrink (gen, (fun (seed, size) -> seq { for s in lo .. size - 1 -> seed, s }))
