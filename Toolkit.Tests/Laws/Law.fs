/// How a law is put to the test: Toolkit.Testing draws and shrinks the cases; a law that is broken fails the test.
module Toolkit.Tests.Laws.Law

open Expecto
open FsCheck
open FsCheck.FSharp
open Toolkit.Testing

/// Checks `law` (which throws when broken) on `count` random cases drawn from `cases`: a part of a test.
let holdsFor (count: int) (cases: Arbitrary<'a>) (law: 'a -> unit) =
    try
        Toolkit.Testing.Law.holdsFor count cases law
    with :? LawBrokenException as e ->
        failtest e.Message

/// A test that checks `law` (which throws when broken) on `count` random cases drawn from `cases`.
let test (name: string) (count: int) (cases: Arbitrary<'a>) (law: 'a -> unit) : Test =
    let config =
        { FsCheckConfig.defaultConfig with
            maxTest = Toolkit.Testing.Law.times () * count
            startSize = 0
            replay = Toolkit.Testing.Law.replay () |> Option.map (fun r -> r.Rnd.Seed, r.Rnd.Gamma, r.Size) }

    testPropertyWithConfig config name (Prop.forAll cases law)

/// Checks `law` on 100 random cases.
let holds (cases: Arbitrary<'a>) (law: 'a -> unit) = holdsFor 100 cases law

/// Cases drawn by `gen`, without shrinking.
let from (gen: Gen<'a>) : Arbitrary<'a> = Toolkit.Testing.Law.from gen

/// The same `count` values of `gen` in every run: for cases too dear to draw anew.
let sample (count: int) (gen: Gen<'a>) : 'a[] = Toolkit.Testing.Law.sample count gen

/// Cases that are fully determined by one integer seed: what shrinks is the size in `sizes`, never the seed's meaning.
let seeded (sizes: int * int) : Arbitrary<int * int> = Toolkit.Testing.Law.seeded sizes
