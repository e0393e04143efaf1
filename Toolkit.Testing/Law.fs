namespace Toolkit.Testing

open System
open System.Text.RegularExpressions
open FsCheck
open FsCheck.FSharp

/// A law that does not hold: what was broken, the smallest case that breaks it, and the seed that makes it again.
type LawBrokenException(message: string) =
    inherit Exception(message)

/// How a law is put to the test: FsCheck draws random cases and shrinks the first one that breaks the law; the message has
/// the seed. TOOLKIT_SEED="a,b" runs the very same cases again, TOOLKIT_CASES=20 draws twenty times as many.
[<RequireQualifiedAccess>]
module Law =

    /// Two numbers as the message of a broken law has them; with a third one the case that failed alone.
    let internal replay () : Replay option =
        match Environment.GetEnvironmentVariable "TOOLKIT_SEED" with
        | null
        | "" -> None
        | text ->
            let found = Regex.Match(text, @"^\s*\(?(\d+)(?:UL)?, *(\d+)(?:UL)?(?:, *(?:None|(?:Some )?(\d+)))?\)?\s*$")

            match UInt64.TryParse found.Groups[1].Value, UInt64.TryParse found.Groups[2].Value with
            | (true, a), (true, b) ->
                match Int32.TryParse found.Groups[3].Value with
                | true, size -> Some { Rnd = Rnd(a, b); Size = Some size }
                | _ -> Some { Rnd = Rnd(a, b); Size = None }
            | _ -> failwith $"TOOLKIT_SEED: found '{text}', expected two numbers 'a,b' as a broken law prints them"

    /// By how much TOOLKIT_CASES multiplies the number of cases.
    let internal times () : int =
        match Environment.GetEnvironmentVariable "TOOLKIT_CASES" with
        | null
        | "" -> 1
        | text ->
            match Int32.TryParse text with
            | true, n when n > 0 -> n
            | _ -> failwith $"TOOLKIT_CASES: found '{text}', expected a number of at least 1"

    /// Remembers how a run ended, instead of writing it.
    type private Listener() =
        member val Result: TestResult option = None with get, set

        interface IRunner with
            member _.OnStartFixture _ = ()
            member _.OnArguments(_, _, _) = ()
            member _.OnShrink(_, _) = ()
            member this.OnFinished(_, result) = this.Result <- Some result

    /// As `check`, from a given seed and with just as many cases.
    let internal checkFrom
        (replay: Replay option)
        (name: string)
        (count: int)
        (show: 'a -> string)
        (cases: Arbitrary<'a>)
        (law: 'a -> unit)
        : unit =
        let listener = Listener()
        // Shrinking goes on from cases that fail only: the last one that failed is the smallest.
        let mutable smallest: ('a * exn) option = None

        let tried case =
            try
                law case
            with e ->
                smallest <- Some(case, e)
                raise e

        let config = Config.Quick.WithMaxTest(count).WithQuietOnSuccess(true).WithReplay(replay).WithRunner listener
        Check.One(config, Prop.forAll cases tried)

        match listener.Result, smallest with
        | Some(TestResult.Passed _), _ -> ()
        | Some(TestResult.Failed(data, _, _, _, seed, _, _)), Some(case, e) ->
            let count = $"{data.NumberOfTests} cases and {data.NumberOfShrinks} simplifications"

            raise (
                LawBrokenException(
                    $"{name}: {e.Message}\nThe smallest case after {count}:\n{show case}\nTOOLKIT_SEED=\"{seed.Seed},{seed.Gamma}\" runs the same cases again.\n{e.StackTrace}"
                )
            )
        | Some(TestResult.Exhausted data), _ -> raise (LawBrokenException $"{name}: only {data.NumberOfTests} cases could be drawn")
        | result, _ -> raise (LawBrokenException $"{name}: ended with {result}")

    /// Checks a law, which throws where it is broken, on random cases.
    /// name: what the message calls the law; count: how many cases; show: a case as text; cases: what they are drawn from.
    /// Throws LawBrokenException with the smallest case that was found, its error and the seed.
    let check (name: string) (count: int) (show: 'a -> string) (cases: Arbitrary<'a>) (law: 'a -> unit) : unit =
        checkFrom (replay ()) name (times () * count) show cases law

    /// Checks `law`, which throws where it is broken, on `count` random cases drawn from `cases`.
    let holdsFor (count: int) (cases: Arbitrary<'a>) (law: 'a -> unit) : unit =
        check "a law is broken" count (fun case -> $"%A{case}") cases law

    /// Checks `law` on 100 random cases.
    let holds (cases: Arbitrary<'a>) (law: 'a -> unit) : unit = holdsFor 100 cases law

    /// Cases drawn by `gen`, without shrinking.
    let from (gen: Gen<'a>) : Arbitrary<'a> = Arb.fromGen gen

    /// The same `count` values of `gen` in every run: for cases too dear to draw anew.
    let sample (count: int) (gen: Gen<'a>) : 'a[] = Gen.sampleWithSeed (Rnd 7UL) 50 count gen

    /// Cases that are fully determined by one integer seed: what shrinks is the size in `sizes`, never the seed's meaning. Use
    /// it where a case is made with a System.Random and a size.
    let seeded (sizes: int * int) : Arbitrary<int * int> =
        let lo, hi = sizes
        let gen = Gen.zip (Gen.choose (0, Int32.MaxValue - 1)) (Gen.choose (lo, hi))
        Arb.fromGenShrink (gen, (fun (seed, size) -> seq { for s in lo .. size - 1 -> seed, s }))
