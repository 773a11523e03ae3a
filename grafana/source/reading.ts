/** How to read each panel, by dashboard and title: the second column of the guide. Every panel has an entry. */
export const reading: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'f1-consolidated': {
    'Messages received': 'Only rises. All topics together: telemetry, timing, alerts, state of the replay.',
    Throughput: 'About 150 a second for a full grid at 1×, times the speed of the replay.',
    'Active drivers': 'All cars of the session once the replay runs; 0 in a session without car data.',
    Uptime: 'A small number means that the bridge was started again: its buffers begin anew.',
    Replay: 'Title and state. Paused, ended or failed explains why curves stand still.',
    Speed:
      'Straights are peaks, corners valleys. A gap in the line is a gap in the data. Click a name to see it alone.',
    'Engine speed':
      'Teeth are gear changes. A long flat stretch at low speed is the pit lane or the safety car.',
    Throttle: 'Full areas are flat-out stretches; lifting in the middle of one is traffic or fuel saving.',
    Gear: 'Steps, because a gear is one or another. The feed knows it about four times a second: short gears may be missed.',
    'Wheel spin (estimate)':
      'Below 5 % is normal. Peaks out of slow corners are wheel spin; a car that lies above the others all the time has another gearing than was assumed so far.',
    'Actual and expected speed':
      'The two lines lie on each other while the tyres grip. Dashed above solid: wheels faster than the car.',
    'Gear distribution and anomalies':
      'Slow circuits sit in gears 2 to 4. Numbers other than 0 on the right are worth a look; under a safety car lugging does not count.',
    'Driver statistics':
      'One row a driver; the best lap leads to the comparison. Shares are of the time in the range.',
    'Alert distribution': 'Which rule speaks most. The brake temperature is a model.',
    'Recent alerts': 'The newest first. An open alert still lasts; its duration grows.',
  },
  'f1-pit-wall': {
    Replay: 'Title and state of the replay.',
    Track: 'What race control has set now. Yellow, red and safety cars are regions in the charts too.',
    Weather: 'The newest reading. *rain* is what the station says, not the track.',
    'Timing tower':
      'Colour of the team behind the code. *Gap* is to the leader, *Int* to the car ahead; empty for cars a lap down. *Age* counts laps on the set. The best lap leads to the comparison.',
    'Track map':
      'Grey is the fastest whole lap that is held; a point is a car. Two minutes after a seek there may be no outline yet: nobody has ended a lap.',
    'Gap to the leader':
      'Lines that come together are a fight; a step up is a stop or a slow lap. Cars a lap down move once a lap.',
    'Race trace':
      'Parallel to the bottom: the pace of the first car. Rising: losing time. A step of about twenty seconds is a stop.',
    'Tyre strategy':
      'Letters and colours of the compounds. *Whole race* at the top sets the range so that all stints are seen.',
    'Race control': 'The newest first; the lap is the leader’s.',
    Temperatures: 'A falling track temperature makes hard tyres slower to warm up.',
  },
  'f1-driver-compare': {
    Speed:
      'Where one line is higher, that lap is faster there: top speed on straights, apex speed in valleys.',
    Delta: 'Falling: B gains on A. The last value is the difference of the lap times.',
    Throttle: 'Who is earlier on the throttle out of a corner.',
    Gear: 'One gear lower in the same corner: another line, or a shorter gearing.',
    Brake: 'Who brakes later. The feed has no pressure.',
    'Engine speed': 'Higher at the same speed: a lower gear.',
    'Laps of driver A':
      'Choose a lap number above. *best* is the fastest lap that is held whole, which need not be that of the race.',
    'Laps of driver B': 'As for driver A.',
    Replay: 'Title and state of the replay.',
  },
  'f1-live': {
    Replay: 'Title and state of the replay; comes by query, every 5 s.',
    'Speed · $driver': 'Moves several times a second. It begins empty: Live keeps no history.',
    'Throttle · $driver': 'As the speed, pushed.',
    'Gear · $driver': 'As the speed, pushed.',
  },
  'f1-kafka': {
    Bridge: '*unavailable* with a reason in `GET /` of the bridge.',
    Broker: '*kafka*, or *embedded*: the log in memory for trying out.',
    'Consumer lag': 'Near 0. It rises while a restarted bridge reads its window back.',
    'End to end, p99':
      'From the moment at which a row is due until the bridge has it. A few ms on one machine.',
    'Records set aside': '0 in a healthy pipeline; reasons are on the right below.',
    'Replay speed': '0 means as fast as possible.',
    'Throughput by topic': 'Telemetry is nearly all of it.',
    'Throughput by partition':
      'Uneven, because drivers are spread by the hash of their code: one driver stays in order on one partition.',
    'Consumer lag by group and topic': 'A line that only rises: that group has stopped reading.',
    'Latency by hop':
      'Which hop the time goes into. *bridge* and *total* need a viewer on the socket, *processor* an alert.',
    'Schedule error of the replay': 'How exactly rows leave. The median stays below 1 ms on an idle machine.',
    'End-to-end latency': 'The spread of the figure above.',
    'Records set aside by reason':
      'undecodable, implausible, out of order … `GET /stats` names the newest fifty.',
    'Processor of the bridge': 'Share of one core; viewers who ask the same share one answer.',
    'Memory of the bridge': 'Ring buffers are shown at their full size, also while they fill.',
    'Event loop delay': 'Above 50 ms the process has too much to do.',
  },
  'f1-data-quality': {
    Replay: 'Title and state of the replay.',
    'Records set aside': '0 is normal.',
    'Records behind': 'Near 0; high while the window is read back.',
    Telemetry: 'Age of the newest record, or what the session lacks.',
    'Feed of each driver':
      '*good*: no hole over 5 s and at most 2 % missing. *fair* and *poor* say why. A car that has stopped has no rows in the range.',
    'Merged rows a second': 'About 7.6 when both feeds are whole, 3.8 with one of them.',
    'Topics of the feed': 'What is missing explains panels that are empty elsewhere.',
    'Why records were set aside':
      '*stale* are records of a run or segment that was left: normal after a seek.',
    'Brake temperature (model)':
      'A model of brake discs fed with speed and braking. For the shape, not for the degrees.',
  },
};
