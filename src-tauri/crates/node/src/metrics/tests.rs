use super::exposition::Page;
use super::*;

#[test]
fn durations_fall_into_the_bucket_whose_bound_they_do_not_exceed() {
    let durations = Durations::default();
    for us in [0, 250, 251, 4_000_000, 4_000_001] {
        durations.note(Duration::from_micros(us));
    }
    let (up_to, count, sum_us) = durations.read();
    assert_eq!((up_to[0], up_to[1], up_to[13]), (2, 3, 4));
    assert_eq!((count, sum_us), (5, 8_000_502));
}

#[test]
fn a_page_is_written_as_the_format_says() {
    let mut page = Page::default();
    page.counter("a_total", "Counts.\nTwo lines, one \\.").is(3);
    page.gauge("b", "A set.")
        .one_of("is", ["x", "y \"quoted\""], "x");
    page.gauge("c", "Absent.").may_be(None::<u64>);
    let durations = Durations::default();
    durations.note(Duration::from_micros(1_500));
    page.histogram("d_seconds", "Takes.", &durations);
    let text = page.text();
    let start = "# HELP a_total Counts.\\nTwo lines, one \\\\.\n# TYPE a_total counter\na_total 3\n\
                 # HELP b A set.\n# TYPE b gauge\nb{is=\"x\"} 1\nb{is=\"y \\\"quoted\\\"\"} 0\n\
                 # HELP d_seconds Takes.\n# TYPE d_seconds histogram\n\
                 d_seconds_bucket{le=\"0.00025\"} 0\n";
    assert!(text.starts_with(start), "{text}");
    let end = "d_seconds_bucket{le=\"4\"} 1\nd_seconds_bucket{le=\"+Inf\"} 1\nd_seconds_sum 0.0015\nd_seconds_count 1\n";
    assert!(text.ends_with(end), "{text}");
}
